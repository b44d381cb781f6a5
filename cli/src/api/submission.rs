use serde::Serialize;
use torrent::Label;

/// `Submission`: the body of `POST /torrents`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Submission {
    #[serde(flatten)]
    pub(crate) source: SubmittedSource,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<Label>,
    /// Indices in the torrent's own list of files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) files: Option<Vec<u32>>,
}

/// Just one of these stands in a submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SubmittedSource {
    /// A `.torrent` file in base64.
    Torrent(String),
    Magnet(String),
    Url(String),
    /// The key that [`super::UploadTarget`] gave.
    Upload(String),
}
