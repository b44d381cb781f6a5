/// A field of a torrent's status that Deluge can be asked for.
///
/// Deluge drops a key it does not know without a word, which is why keys are not strings. All keys
/// of 2,000 torrents take ten times as long as eight of them: ask for what is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(
    missing_docs,
    reason = "each key is described at the field of TorrentStatus that it fills"
)]
pub enum Key {
    DownloadLocation,
    DownloadPayloadRate,
    Eta,
    FilePriorities,
    FileProgress,
    Files,
    IsFinished,
    Message,
    Name,
    NumPeers,
    NumSeeds,
    Progress,
    Ratio,
    SavePath,
    SeedingTime,
    State,
    TotalDone,
    TotalSize,
    TotalUploaded,
    TotalWanted,
    TrackerStatus,
    UploadPayloadRate,
}

impl Key {
    /// Every key.
    pub const ALL: [Self; 22] = [
        Self::DownloadLocation,
        Self::DownloadPayloadRate,
        Self::Eta,
        Self::FilePriorities,
        Self::FileProgress,
        Self::Files,
        Self::IsFinished,
        Self::Message,
        Self::Name,
        Self::NumPeers,
        Self::NumSeeds,
        Self::Progress,
        Self::Ratio,
        Self::SavePath,
        Self::SeedingTime,
        Self::State,
        Self::TotalDone,
        Self::TotalSize,
        Self::TotalUploaded,
        Self::TotalWanted,
        Self::TrackerStatus,
        Self::UploadPayloadRate,
    ];

    /// The key as Deluge spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DownloadLocation => "download_location",
            Self::DownloadPayloadRate => "download_payload_rate",
            Self::Eta => "eta",
            Self::FilePriorities => "file_priorities",
            Self::FileProgress => "file_progress",
            Self::Files => "files",
            Self::IsFinished => "is_finished",
            Self::Message => "message",
            Self::Name => "name",
            Self::NumPeers => "num_peers",
            Self::NumSeeds => "num_seeds",
            Self::Progress => "progress",
            Self::Ratio => "ratio",
            Self::SavePath => "save_path",
            Self::SeedingTime => "seeding_time",
            Self::State => "state",
            Self::TotalDone => "total_done",
            Self::TotalSize => "total_size",
            Self::TotalUploaded => "total_uploaded",
            Self::TotalWanted => "total_wanted",
            Self::TrackerStatus => "tracker_status",
            Self::UploadPayloadRate => "upload_payload_rate",
        }
    }
}
