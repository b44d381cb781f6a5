use super::scene::Content;
use super::subject::{AGENT, S5CMD};
use crate::bench::report::{Goal, Row};

/// Bytes of a part, as the agent cuts files of these sizes.
const PART_BYTES: u64 = 16 << 20;
/// What the torrent needs besides its files: its metainfo and its manifest stored, and a look at what is there.
const TORRENT_REQUESTS: u64 = 6;
const PEAK_RSS_MIB_MAX: f64 = 64.0;

/// What is wanted of the agent in one case.
pub(super) fn goals(case: &[Row], content: Content) -> Vec<Goal> {
    let of = |subject| case.iter().find(|row| row.subject == subject);
    let peers = case.iter().filter(|row| row.subject != AGENT);
    let best = peers.min_by(|a, b| a.figures.wall_s.total_cmp(&b.figures.wall_s));
    let (Some(agent), Some(best), Some(s5cmd)) = (of(AGENT), best, of(S5CMD)) else {
        return Vec::new();
    };
    let wall = agent.figures.wall_s / best.figures.wall_s;
    let wall_s5cmd = agent.figures.wall_s / s5cmd.figures.wall_s;
    let cpu = agent.figures.cpu_s / s5cmd.figures.cpu_s;
    let per_file = content.file_bytes.div_ceil(PART_BYTES) + 2;
    let allowed = content.files * per_file + TORRENT_REQUESTS;
    let peak = agent.figures.peak_rss_mib;
    let goal = |wanted, found, met| Goal {
        case: agent.case,
        wanted,
        found,
        met,
    };
    vec![
        goal(
            format!("no longer than the best peer, {}", best.subject),
            format!("{wall:.2} of its time, {wall_s5cmd:.2} of s5cmd's"),
            wall <= 1.0,
        ),
        goal(
            "no more CPU time than s5cmd".to_owned(),
            format!("{cpu:.2} of its CPU time"),
            cpu <= 1.0,
        ),
        goal(
            format!(
                "at most {allowed} requests: {per_file} per file, {TORRENT_REQUESTS} for the torrent"
            ),
            agent.figures.requests.to_string(),
            agent.figures.requests <= allowed,
        ),
        goal(
            format!("peak RSS below {PEAK_RSS_MIB_MAX} MiB"),
            format!("{peak:.1} MiB"),
            peak < PEAK_RSS_MIB_MAX,
        ),
    ]
}

/// Which limit the agent meets: how much of its time each kind of work takes.
pub(super) fn shares(case: &[Row]) -> Option<String> {
    let agent = case.iter().find(|row| row.subject == AGENT)?;
    let wall = agent.figures.wall_s;
    // An agent that does not say has nothing to be shown.
    if agent.figures.extra("reading_s").is_nan() {
        return None;
    }
    let part = |name: &str| {
        let seconds = agent.figures.extra(name);
        format!(
            "{seconds:.2} s ({:.0} % of the wall time)",
            100.0 * seconds / wall
        )
    };
    Some(format!(
        "{}: the agent's reader spends {} reading, {} hashing, {} waiting to send; its senders take {} of CPU time",
        agent.case,
        part("reading_s"),
        part("hashing_s"),
        part("waiting_s"),
        part("sending_s"),
    ))
}
