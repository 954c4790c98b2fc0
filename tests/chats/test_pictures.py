"""A poster's file: what is known of it, and that no file does worse than be refused."""

import contextlib
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms
from PIL.PngImagePlugin import PngInfo

from echobot.chats import pictures
from echobot.chats.pictures import picture_in
from echobot.errors import ChatRefused
from tests.chats.posters import drawn


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.png", "image/png"), ("a.jpg", "image/jpeg"), ("a.webp", "image/webp"), ("a.gif", "image/gif")],
)
async def test_size_and_kind_are_the_files_own(tmp_path, name, kind):
    file = drawn(tmp_path / name)
    picture, _ = await picture_in(file)

    assert (picture.name, picture.kind, picture.width, picture.height) == (name, kind, 1000, 500)
    with Image.open(io.BytesIO(picture.data)) as again:
        assert (Image.MIME[again.format], again.size) == (kind, (1000, 500))


HIDDEN = b"Rue de Nulle-Part"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + HIDDEN + b"</x:xmpmeta>"


def noted(file: Path) -> str:
    """A picture with a place in everything that its kind has room for, and behind its end."""
    exif = Image.Exif()
    exif[0x010E] = HIDDEN.decode()  # description
    exif.get_ifd(0x8825)[1] = "N"  # where on earth
    text = PngInfo()
    text.add_text("Author", HIDDEN.decode())
    text.add_text("Place", HIDDEN.decode(), zip=True)
    text.add_itxt("XML:com.adobe.xmp", XMP.decode())
    drawn(file, exif=exif, xmp=XMP, comment=HIDDEN, pnginfo=text if file.suffix == ".png" else None)
    file.write_bytes(file.read_bytes() + HIDDEN)
    return str(file)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.gif"])
async def test_nothing_goes_up_with_a_picture_that_is_not_seen_in_it(tmp_path, name):
    file = noted(tmp_path / name)
    assert HIDDEN in (tmp_path / name).read_bytes()

    for picture in await picture_in(file):
        with Image.open(io.BytesIO(picture.data)) as again:
            assert not again.getexif()
            assert (
                not {"exif", "xmp", "comment", "Author", "Place", "XML:com.adobe.xmp", "photoshop"} & again.info.keys()
            )
        assert HIDDEN not in picture.data


async def test_the_colours_of_a_photograph_stay_as_they_are(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    with Image.open(drawn(tmp_path / "a.jpg", icc_profile=profile)) as before:
        picture, _ = await picture_in(str(tmp_path / "a.jpg"))
        with Image.open(io.BytesIO(picture.data)) as after:
            assert after.info["icc_profile"] == profile
            assert after.quantization == before.quantization
            assert ImageChops.difference(before, after).getextrema() == ((0, 0),) * 3


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png"])
async def test_a_picture_that_moves_goes_on_moving(tmp_path, name):
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("teal", "orange", "navy")]
    frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], duration=200, loop=0, comment=HIDDEN)

    picture, _ = await picture_in(str(tmp_path / name))
    with Image.open(io.BytesIO(picture.data)) as again:
        assert again.n_frames == 3
        again.load()
        assert again.info["duration"] == 200
        assert HIDDEN not in picture.data


async def test_a_small_file_with_too_many_pictures_is_never_unpacked(tmp_path):
    frames = [Image.new("1", (5000, 1000), number % 2) for number in range(6)]
    frames[0].save(tmp_path / "bomb.gif", save_all=True, append_images=frames[1:])
    with pytest.raises(ChatRefused, match="more than 25 million pixels"):
        await picture_in(str(tmp_path / "bomb.gif"))


async def test_of_several_photographs_in_one_file_the_first_goes_up(tmp_path):
    photographs = [Image.new("RGB", (40, 30), colour) for colour in ("teal", "orange")]
    photographs[0].save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=photographs[1:])

    picture, _ = await picture_in(str(tmp_path / "a.jpg"))
    assert picture.kind == "image/jpeg"
    assert picture.data.count(b"\xff\xd8\xff") == 1


async def test_what_the_ending_says_does_not_count(tmp_path):
    file = tmp_path / "poster.png"
    drawn(tmp_path / "poster.jpg")
    (tmp_path / "poster.jpg").rename(file)

    assert (await picture_in(str(file)))[0].kind == "image/jpeg"


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("RGB", "image/jpeg"), ("P", "image/jpeg"), ("1", "image/jpeg"), ("I;16", "image/jpeg"), ("RGBA", "image/png"),
     ("LA", "image/png")],
)  # fmt: skip
async def test_the_thumbnail_is_small_keeps_its_shape_and_may_be_seen_through(tmp_path, mode, kind):
    _, thumbnail = await picture_in(drawn(tmp_path / "a.png", (1600, 400), mode))

    with Image.open(io.BytesIO(thumbnail.data)) as shown:
        assert shown.size == (thumbnail.width, thumbnail.height) == (800, 200)
    assert thumbnail.kind == kind


async def test_a_photograph_taken_sideways_stands_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn it by a quarter
    picture, thumbnail = await picture_in(drawn(tmp_path / "a.jpg", exif=exif))

    assert (picture.width, picture.height) == (500, 1000)
    assert thumbnail.height > thumbnail.width


async def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ChatRefused, match=r"the picture .*lisbon\.png cannot be opened: No such file"):
        await picture_in(str(tmp_path / "lisbon.png"))


async def test_a_folder_is_no_picture(tmp_path):
    with pytest.raises(ChatRefused, match="cannot be opened"):
        await picture_in(str(tmp_path))


async def test_a_file_that_is_too_large_is_named_with_the_limit(tmp_path):
    (tmp_path / "a.png").write_bytes(bytes(pictures.MOST_BYTES + 1))
    with pytest.raises(ChatRefused, match="larger than 10 MB"):
        await picture_in(str(tmp_path / "a.png"))


@pytest.mark.parametrize("size", [(6000, 5000), (10_000, 10_000), (16_000, 16_000)])  # Pillow takes one, warns, refuses
async def test_a_small_file_with_too_many_pixels_is_never_unpacked(tmp_path, size):
    file = drawn(tmp_path / "bomb.png", size, mode="1")
    with pytest.raises(ChatRefused, match="more than 25 million pixels"):
        await picture_in(file)


@pytest.mark.parametrize("name", ["a.bmp", "a.tiff", "a.ppm"])
async def test_a_kind_that_browsers_do_not_show_is_refused(tmp_path, name):
    with pytest.raises(ChatRefused, match="cannot be read as PNG, JPEG, WebP or GIF"):
        await picture_in(drawn(tmp_path / name))


async def test_a_picture_that_is_cut_off_is_refused(tmp_path):
    whole = (tmp_path / "a.png", drawn(tmp_path / "a.png"))[0].read_bytes()
    (tmp_path / "a.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ChatRefused, match="cannot be read"):
        await picture_in(str(tmp_path / "a.png"))


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["png", "jpg", "webp", "gif"]),
    at=st.integers(0, 2000),
    written=st.binary(min_size=1, max_size=40),
)
async def test_whatever_is_in_a_file_it_is_a_picture_or_a_sentence(tmp_path, kind, at, written):
    file = tmp_path / f"poster.{kind}"
    whole = bytearray((file, drawn(file, (40, 30)))[0].read_bytes())
    whole[at % len(whole) : at % len(whole) + len(written)] = written
    file.write_bytes(whole)
    with contextlib.suppress(ChatRefused):
        picture, thumbnail = await picture_in(str(file))
        assert min(picture.width, picture.height, thumbnail.width, thumbnail.height) > 0
