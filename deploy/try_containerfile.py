"""Builds the Containerfile's image without a container engine, tries it as compose.yaml runs it, and weighs it.

    # python3 deploy/try_containerfile.py            as root, on Debian with debootstrap; a few minutes, 1 GB in /tmp

The steps are the file's own: each FROM is a fresh Debian in a folder, each RUN a chroot into it. What is mounted is
mounted in a namespace that ends with the step. It shows what an engine would build, not that an engine confines it.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

CONTEXT = Path(__file__).resolve().parents[1]
RELEASES = {"debian:12-slim": "bookworm", "debian:13-slim": "trixie"}
AT_FIRST = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"}
CERTIFICATES = "/tmp/certificates.crt"  # in the image to be, and only while it is built
SETTINGS = """
accounts: {toots: {kind: mastodon, server: "http://127.0.0.1:9", token_file: token}}
contacts: {en: the help desk}
health: {port: 8090}
"""
PATIENCE = 120  # seconds until the bot answers about its health


@dataclass
class Image:
    """A root folder, and what the instructions say of how to run something in it."""

    root: Path
    environment: dict[str, str] = field(default_factory=lambda: dict(AT_FIRST))
    user: str = "0:0"
    folder: str = "/"
    volume: str = ""
    entry: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)


class Wrong(Exception):
    """One sentence for the person who reads it."""


def instructions(containerfile: Path) -> Iterator[tuple[str, str]]:
    """Each word and what follows it; comments and line ends are taken out."""
    lines = [line for line in containerfile.read_text().splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n", " ", "\n".join(lines)).splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield word.upper(), rest.strip()


class Builder:
    """Follows the instructions, and keeps the images of all stages."""

    def __init__(self, place: Path, mirror: str, certificates: Path | None) -> None:
        self._place = place
        self._mirror = mirror
        self._certificates = certificates
        self._stages: dict[str, Image] = {}
        self._image = Image(place)

    def build(self, containerfile: Path) -> Image:
        for word, rest in instructions(containerfile):
            step = getattr(self, f"_{word.lower()}", None)
            if step is None:
                raise Wrong(f"{containerfile.name} says {word}, which this script does not know")
            with timed(f"{word} {rest}"):
                step(rest)
        return self._image

    def _from(self, rest: str) -> None:
        name, _, stage = rest.partition(" AS ")
        if name not in RELEASES:
            raise Wrong(f"{name} is none of the images that this script can make: {', '.join(RELEASES)}")
        self._image = Image(self._place / (stage or "final"))
        self._stages[stage] = self._image
        run(["cp", "--archive", str(self._debian(RELEASES[name])), str(self._image.root)])
        if self._certificates:
            shutil.copy(self._certificates, self._image.root / CERTIFICATES[1:])
            (self._image.root / CERTIFICATES[1:]).chmod(0o644)

    def _debian(self, release: str) -> Path:
        made = self._place / release
        if not made.exists():
            run(["debootstrap", "--variant=minbase", release, str(made), self._mirror])
            run(["chroot", str(made), "apt-get", "clean"])
            for file in ("etc/resolv.conf", "etc/hosts"):
                shutil.copy(f"/{file}", made / file)
        return made

    def _run(self, rest: str) -> None:
        trusted = dict.fromkeys(("PIP_CERT", "SSL_CERT_FILE"), CERTIFICATES) if self._certificates else {}
        run(inside(self._image, ["/bin/sh", "-c", rest], trusted))

    def _copy(self, rest: str) -> None:
        options = dict(option[2:].split("=", 1) for option in rest.split() if option.startswith("--"))
        *sources, target = (word for word in rest.split() if not word.startswith("--"))
        start = self._stages[options["from"]].root if "from" in options else CONTEXT
        for source in sources:
            place = self._image.root / target.lstrip("/")
            into = place / PurePosixPath(source).name if target.endswith("/") else place
            leave_out = None if "from" in options else _ignored(CONTEXT / ".dockerignore")
            shutil.copytree(start / source.lstrip("/"), into, symlinks=True, dirs_exist_ok=True, ignore=leave_out)

    def _env(self, rest: str) -> None:
        self._image.environment |= dict(word.split("=", 1) for word in shlex.split(rest))

    def _user(self, rest: str) -> None:
        self._image.user = rest

    def _workdir(self, rest: str) -> None:
        self._image.folder = rest

    def _volume(self, rest: str) -> None:
        self._image.volume = rest

    def _entrypoint(self, rest: str) -> None:
        self._image.entry = json.loads(rest)

    def _cmd(self, rest: str) -> None:
        self._image.command = json.loads(rest)

    def _healthcheck(self, rest: str) -> None:
        self._image.health = json.loads(rest.partition("CMD ")[2])

    def _stopsignal(self, rest: str) -> None:
        if rest != "SIGTERM":
            raise Wrong(f"this script stops the bot with SIGTERM, not with {rest}")


def inside(
    image: Image, command: list[str], more: dict[str, str] | None = None, *, data: Path | None = None
) -> list[str]:
    """The command in the image; with `data` as it will run: that folder is the volume, all else cannot be written."""
    root = shlex.quote(str(image.root))
    mounts = [f"mount -t proc proc {root}/proc"]
    if data:
        volume = f"{root}{image.volume}"
        mounts += [f"mount --bind {root} {root}", f"mount -o remount,bind,ro {root}", f"mount -t proc proc {root}/proc"]
        mounts += [f"mount --bind {shlex.quote(str(data))} {volume}", f"mount -t tmpfs -o size=16m tmpfs {root}/tmp"]
    environment = [f"{name}={value}" for name, value in {**image.environment, **(more or {})}.items()]
    there = [
        "chroot",
        f"--userspec={image.user}",
        str(image.root),
        "env",
        "-i",
        f"--chdir={image.folder}",
        *environment,
    ]
    script = " && ".join([*mounts, f"exec {shlex.join([*there, *command])}"])
    return ["unshare", "--mount", "sh", "-c", script]


def run(command: list[str]) -> None:
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise Wrong(f"this step failed with {done.returncode}:\n{done.stdout[-3000:]}")


def try_it(image: Image, place: Path) -> None:
    """As `compose.yaml` runs it: another user, a root that cannot be written, one volume."""
    data = place / "volume"
    data.mkdir(mode=0o700)
    (data / "settings.yaml").write_text(SETTINGS)
    (data / "token").write_text("none\n")
    (data / "token").chmod(0o600)
    user, group = map(int, image.user.split(":"))
    for each in (data, *data.iterdir()):
        os.chown(each, user, group)
    ask = [*image.entry, "ask", "what can we use instead of google drive?"]
    with timed("ask"):
        run(inside(image, ask, data=data))
    with timed("nothing but the volume can be written"):
        run(inside(image, ["sh", "-c", "! touch /x /opt/echobot/x /etc/x 2>/dev/null && touch ./x && id"], data=data))
    with timed("run, be healthy, stop"):
        _run_and_stop(image, data)


def _run_and_stop(image: Image, data: Path) -> None:
    with tempfile.TemporaryFile() as log:
        bot = subprocess.Popen(inside(image, [*image.entry, *image.command], data=data), stdout=log, stderr=log)
        try:
            healthy = _is_healthy(image, data, bot)
        finally:
            bot.terminate()
            code = bot.wait(timeout=60)
        log.seek(0)
        if not healthy or code:
            raise Wrong(
                f"healthy: {healthy}, exit code: {code}, its log:\n{log.read().decode(errors='replace')[-3000:]}"
            )


def _is_healthy(image: Image, data: Path, bot: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and bot.poll() is None:
        check = inside(image, image.health, data=data)
        if subprocess.run(check, check=False, capture_output=True).returncode == 0:
            return True
        time.sleep(1)
    return False


@contextmanager
def timed(what: str) -> Iterator[None]:
    started = time.monotonic()
    print(f">> {what[:110]}", flush=True)
    yield
    if (seconds := time.monotonic() - started) >= 0.1:
        print(f"   {seconds:.1f} s", flush=True)


def megabytes(folder: Path) -> int:
    counted = subprocess.run(["du", "-smx", str(folder)], check=True, capture_output=True, text=True)
    return int(counted.stdout.split()[0])


def _ignored(dockerignore: Path):  # noqa: ANN202 - as shutil wants it
    """The last rule that fits a path, or a folder that it is in, decides; folders on the way to something are kept."""
    rules = [line.strip() for line in dockerignore.read_text().splitlines() if line.strip() and line[0] != "#"]

    def is_left_out(path: PurePosixPath) -> bool:
        left_out = False
        for rule in rules:
            pattern = rule.lstrip("!").removeprefix("**/")
            tried = [path, *path.parents] if "**" not in rule else [PurePosixPath(part) for part in path.parts]
            if any(fnmatch.fnmatch(str(each), pattern) for each in tried if str(each) != "."):
                left_out = not rule.startswith("!")
        leads_on = any(rule.startswith(f"!{path}/") for rule in rules)
        return left_out and not leads_on

    def ignored(folder: str, names: list[str]) -> list[str]:
        here = PurePosixPath(Path(folder).resolve().relative_to(CONTEXT))
        return [name for name in names if is_left_out(here / name)]

    return ignored


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--mirror", default="http://deb.debian.org/debian", help="where Debian's packages are")
    parser.add_argument(
        "--certificates", type=Path, help="whom to trust while building, behind a proxy that looks inside"
    )
    parser.add_argument("--place", type=Path, help="the folder to build below; else the system's for temporary files")
    return parser.parse_args()


def main() -> int:
    wanted = _arguments()
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        print(
            "try_containerfile: this has to be root, with debootstrap installed (apt install debootstrap)",
            file=sys.stderr,
        )
        return 1
    with tempfile.TemporaryDirectory(prefix="echobot-image-", dir=wanted.place) as made:
        place = Path(made)
        place.chmod(0o755)  # another user runs what is in it
        try:
            image = Builder(place, wanted.mirror, wanted.certificates).build(CONTEXT / "deploy" / "Containerfile")
            try_it(image, place)
        except Wrong as wrong:
            print(f"try_containerfile: {wrong}", file=sys.stderr)
            return 1
        base, whole, program = (megabytes(each) for each in (place / "bookworm", image.root, image.root / "opt"))
        print(
            f"The image holds {whole} MB: {base} of Debian, {program} of echobot and its libraries; git, Python, ssh."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
