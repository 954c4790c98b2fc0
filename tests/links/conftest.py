import pytest_asyncio

from tests.links.internet import Internet


@pytest_asyncio.fixture
async def internet():
    started = Internet()
    await started.start()
    yield started
    await started.stop()
