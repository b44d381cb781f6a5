use serde::{Deserialize, Serialize};

/// What a browser can do with a file, by its extension; the agent's content types follow it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Moving pictures.
    Video,
    /// Sound.
    Audio,
    /// A picture that every browser shows.
    Image,
    /// Text, shown as text whatever it means.
    Text,
    /// Subtitles that a browser shows, as they are (`.vtt`) or converted (`.srt`).
    Subtitles,
    /// PDF.
    Pdf,
    /// Anything else.
    Other,
}

impl Kind {
    /// The kind of the file with this path.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        let Some((_, extension)) = name.rsplit_once('.') else {
            return Self::Other;
        };
        match extension.to_ascii_lowercase().as_str() {
            "mp4" | "m4v" | "webm" | "mkv" | "mov" | "ogv" | "avi" | "wmv" | "mpg" | "mpeg"
            | "ts" | "m2ts" | "flv" | "3gp" => Self::Video,
            "mp3" | "m4a" | "m4b" | "aac" | "flac" | "ogg" | "oga" | "opus" | "wav" | "weba" => {
                Self::Audio
            }
            "jpg" | "jpeg" | "png" | "gif" | "webp" | "avif" | "svg" | "bmp" => Self::Image,
            "txt" | "nfo" | "md" | "log" | "csv" | "tsv" | "json" | "xml" | "yml" | "yaml"
            | "toml" | "ini" | "sfv" | "md5" | "cue" | "m3u" | "html" | "htm" | "css" | "js"
            | "py" | "rs" | "c" | "h" | "sh" | "tex" | "ass" => Self::Text,
            "srt" | "vtt" => Self::Subtitles,
            "pdf" => Self::Pdf,
            _ => Self::Other,
        }
    }

    /// As it is written in JSON, CSS classes and `data-kind`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Image => "image",
            Self::Text => "text",
            Self::Subtitles => "subtitles",
            Self::Pdf => "pdf",
            Self::Other => "other",
        }
    }

    /// Whether there is something to play.
    #[must_use]
    pub const fn plays(self) -> bool {
        matches!(self, Self::Video | Self::Audio)
    }

    /// What most of the bytes are; [`Kind::Other`] of nothing.
    pub(crate) fn of_most<'a>(files: impl IntoIterator<Item = (&'a str, u64)>) -> Self {
        let mut sums = std::collections::BTreeMap::<Self, u64>::new();
        for (path, size_bytes) in files {
            let sum = sums.entry(Self::of(path)).or_default();
            *sum = sum.saturating_add(size_bytes);
        }
        let most = sums
            .into_iter()
            .max_by_key(|(kind, bytes)| (*bytes, std::cmp::Reverse(*kind)));
        most.map_or(Self::Other, |(kind, _)| kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_alone_decides() {
        assert_eq!(Kind::of("a.b/movie.MKV"), Kind::Video);
        assert_eq!(Kind::of("a.mp4/readme"), Kind::Other);
        assert_eq!(Kind::of("page.html"), Kind::Text);
        assert_eq!(Kind::of(".pdf"), Kind::Pdf);
        assert_eq!(Kind::of("a."), Kind::Other);
    }

    #[test]
    fn most_bytes_decide_for_a_torrent() {
        let files = [
            ("a.txt", 3),
            ("b.flac", 10),
            ("c.flac", 10),
            ("cover.png", 15),
        ];
        assert_eq!(Kind::of_most(files), Kind::Audio);
        assert_eq!(Kind::of_most([("a.png", 1), ("a.mp4", 1)]), Kind::Video);
        assert_eq!(Kind::of_most([]), Kind::Other);
    }
}
