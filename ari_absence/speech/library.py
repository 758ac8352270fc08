"""Which files to play for an utterance: looked up once, at start, so that a call waits for nothing.

Nothing here ever answers with silence: what is missing is said more simply, at the very least with a beep.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from ari_absence.core.people import Directory
from ari_absence.core.phrases import MessageAudio
from ari_absence.errors import SpeechError
from ari_absence.speech import shaping
from ari_absence.speech.audio import WIDEBAND_HZ, Sound, read_wav, wav_bytes, write_whole
from ari_absence.speech.building import make_clip
from ari_absence.speech.engines import Engine
from ari_absence.speech.language import CustomClip, Language, NoteClip, OwnClip, as_sentence, slug
from ari_absence.speech.lending import FOLDER as LENT_FOLDER
from ari_absence.speech.lending import Lending
from ari_absence.speech.manifest import SUFFIX
from ari_absence.speech.repertoire import LAST_RESORT as LAST_RESORT
from ari_absence.speech.repertoire import Repertoire

UNKNOWN_SECONDS = 90.0  # of what is not a clip of ours; a sound that plays for longer is taken for stuck
GAP_SECONDS = 0.02  # what Asterisk takes from one sound to the next; a list may have fifteen
RECORDINGS_FOLDER = "names"
MADE_FOLDER = "made"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of the site's own clips: counts, and what could not be made, as sentences."""

    made: int
    kept: int
    failures: tuple[str, ...] = ()


class SoundLibrary(Repertoire):
    """The sounds of one language and one site.

    ``sounds_dir`` holds the catalogue, ``custom_dir`` the site's own: recordings in ``names``, what was made
    of them and of texts in ``made``, and messages lent for one talk in ``lent``. ``asterisk_prefix`` is where
    Asterisk finds the folder that holds both, if it sees them under another path than we do.
    """

    def __init__(
        self,
        language: Language,
        sounds_dir: Path,
        custom_dir: Path,
        engine: Engine | None = None,
        asterisk_prefix: str | None = None,
    ) -> None:
        custom_uri = _uri(custom_dir, asterisk_prefix)
        self._lending = Lending(custom_dir / LENT_FOLDER, f"{custom_uri}/{LENT_FOLDER}")
        lengths = {path.stem: _seconds(path) for path in sounds_dir.glob(f"*{SUFFIX}")}
        made_uri = f"{custom_uri}/{MADE_FOLDER}"
        super().__init__(
            language, frozenset(lengths), _uri(sounds_dir, asterisk_prefix), made_uri, self._lending.uri_of
        )
        self._custom_dir = custom_dir
        self._engine = engine
        self._seconds = {f"{self._sounds_uri}/{name}": seconds for name, seconds in lengths.items()}

    @property
    def missing(self) -> tuple[str, ...]:
        """The catalogue's clips that had no file when the library was opened, by id."""
        return tuple(clip for clip in self._language.catalogue if clip not in self._present)

    def seconds_of(self, media: Iterable[str]) -> float:
        """How long these sounds take, rather too long than too short. Touches no file."""
        return sum(self._seconds.get(uri, UNKNOWN_SECONDS) + GAP_SECONDS for uri in media)

    def voice(self) -> tuple[str, str, Mapping[tuple[str, str], str]]:
        """Where Asterisk finds the catalogue's clips and the site's own, and the files of these by recording and text.

        What a delegate may do is not among them: a caller never hears it.
        """
        made = {
            (clip.recording, clip.text): name
            for clip, name in self._ready.items()
            if isinstance(clip, CustomClip)
        }
        return self._sounds_uri, self._made_uri, made

    def lend(
        self, audio_id: str, path: Path, *, factor: float = 1.0
    ) -> AbstractAsyncContextManager[MessageAudio]:
        """Let Asterisk play the message in ``path`` as long as the block lasts; see :meth:`Lending.lend`."""
        return self._lending.lend(audio_id, path, factor=factor)

    def record_name(self, extension: str, content: bytes, directory: Directory) -> None:
        """Have the name of ``extension`` spoken as in the recording from now on. Takes a second: in a thread.

        Raises:
            SpeechError: it is no recording, or can't be written; the name is spoken as before.
        """
        shaping.shaped(read_wav(content), extension)  # what can't be made ready must not replace what is
        write_whole(self._name_recording(extension), content)
        self._prepare_name(extension, directory)

    def has_recorded_name(self, extension: str) -> bool:
        """Whether the name of ``extension`` is a recording."""
        return self._name_recording(extension).is_file()

    def forget_name(self, extension: str, directory: Directory) -> bool:
        """Have the name spoken by the voice again; False when it was not recorded. In a thread.

        Raises:
            SpeechError: the recording can't be removed.
        """
        recording = self._name_recording(extension)
        if not recording.is_file():
            return False
        try:
            recording.unlink()
            for made in (self._custom_dir / MADE_FOLDER).glob(f"{recording.stem}-*{SUFFIX}"):
                made.unlink()  # the voice is its owner's, and not to be kept against their will
        except OSError as reason:
            raise SpeechError(f"{recording} can't be removed: {reason.strerror}.") from reason
        self._prepare_name(extension, directory)
        return True

    def _name_recording(self, extension: str) -> Path:
        return self._custom_dir / RECORDINGS_FOLDER / f"{slug(extension)}.wav"

    def _prepare_name(self, extension: str, directory: Directory) -> None:
        clips = self._language.custom_clips(directory)
        ours = [each for each in clips if isinstance(each, CustomClip) and each.recording == extension]
        self._ready = {clip: made for clip, made in self._ready.items() if clip not in ours}
        self.prepare(ours)

    def prepare_for(self, directory: Directory) -> Prepared:
        """Make ready what the site and the people of ``directory`` need, as :meth:`prepare` does.

        For the service alone: it also removes messages that were lent by one that died.
        """
        self._lending.remove_leftovers()
        return self.prepare(self._language.custom_clips(directory))

    def prepare(self, clips: Iterable[OwnClip]) -> Prepared:
        """Make the site's own clips ready: a recording if there is one, else the voice of the engine.

        Runs programs and takes a second or so per new clip: call it at start or after a change of the
        configuration, in a thread; calls go on meanwhile with what was ready before.
        """
        wanted = tuple(dict.fromkeys(clips))
        ready: dict[OwnClip, str] = {}
        failures: list[str] = []
        made = 0
        for clip in wanted:
            try:
                ready[clip], is_new = self._made_ready(clip)
                made += is_new
            except SpeechError as reason:
                failures.append(str(reason))
        self._seconds.update(
            {f"{self._made_uri}/{name}": _seconds(self._made_path(name)) for name in ready.values()}
        )
        self._ready = {**self._ready, **ready}
        return Prepared(made, len(ready) - made, tuple(failures))

    def unspoken(self, directory: Directory) -> tuple[str, ...]:
        """The names and texts of ``directory`` that are neither recorded nor made, where no engine can make them.

        A delegate's note is named by its recording.
        """
        if self._engine is not None:
            return ()
        wanted = dict.fromkeys(self._language.custom_clips(directory))
        return tuple(
            _shown(clip) for clip in wanted if not self._recording(clip).is_file() and not self._earlier(clip)
        )

    def _made_ready(self, clip: OwnClip) -> tuple[str, bool]:
        """The name of the file of ``clip``, and whether it had to be made."""
        recording = self._recording(clip)
        try:
            if recording.is_file():
                return self._from_recording(clip, recording)
            return self._from_voice(clip)
        except SpeechError:
            if not isinstance(clip, NoteClip):
                raise
            # What went wrong may quote the note, and what is raised here goes into a log.
            raise SpeechError(
                f"What a delegate may do can't be spoken, and is not offered; {recording} could say it."
            ) from None

    def _recording(self, clip: OwnClip) -> Path:
        return self._custom_dir / RECORDINGS_FOLDER / f"{slug(clip.recording)}.wav"

    def _earlier(self, clip: OwnClip) -> list[Path]:
        """What voices made of it at other times."""
        return sorted((self._custom_dir / MADE_FOLDER).glob(f"{_stem(clip)}-*{SUFFIX}"))

    def _from_recording(self, clip: OwnClip, recording: Path) -> tuple[str, bool]:
        digest = _digest(recording.read_bytes(), shaping.VERSION.encode())
        name = f"{slug(clip.recording)}-{digest}"
        if self._made_path(name).is_file():
            return name, False
        self._write(name, shaping.shaped(read_wav(recording), _spoken(clip)))
        return name, True

    def _from_voice(self, clip: OwnClip) -> tuple[str, bool]:
        if self._engine is None:
            if not (earlier := self._earlier(clip)):
                raise SpeechError(f"There is neither a recording nor a voice for {_shown(clip)!r}.")
            return earlier[0].stem, False
        name = f"{_stem(clip)}-{slug(self._engine.voice)}"
        if self._made_path(name).is_file():
            return name, False
        self._write(name, make_clip(self._engine, _spoken(clip)))
        return name, True

    def _write(self, name: str, sound: Sound) -> None:
        write_whole(self._made_path(name), wav_bytes(sound))

    def _made_path(self, name: str) -> Path:
        return self._custom_dir / MADE_FOLDER / f"{name}{SUFFIX}"


def site_folder(data_folder: Path, language: Language) -> Path:
    """Where below the data folder a site's own sounds of ``language`` lie."""
    return data_folder.absolute() / "sounds" / f"site-{language.code}"


def _seconds(path: Path) -> float:
    """How long a clip of ours lasts at most, by its size; its head is counted as sound."""
    try:
        return path.stat().st_size / (2 * WIDEBAND_HZ)
    except OSError:
        return UNKNOWN_SECONDS


def _stem(clip: OwnClip) -> str:
    return f"text-{_digest(_spoken(clip).encode(), shaping.VERSION.encode())}"


def _spoken(clip: OwnClip) -> str:
    """The words for the voice alone."""
    return as_sentence(clip.note.text_for_owner()) if isinstance(clip, NoteClip) else clip.text


def _shown(clip: OwnClip) -> str:
    """The words for a person who reads them."""
    return clip.recording if isinstance(clip, NoteClip) else clip.text


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _uri(folder: Path, asterisk_prefix: str | None) -> str:
    if asterisk_prefix is None:
        return f"sound:{folder.absolute()}"
    return f"sound:{asterisk_prefix.rstrip('/')}/{folder.name}"
