//! End-to-end tests on the local stack, in one program.
//!
//! `cargo test --workspace --test end_to_end -- NAME` runs some of them.

mod access;
mod adding;
mod afterwards;
mod away;
mod cli;
mod control;
mod deployment;
mod described;
mod doctor;
mod leftovers;
mod logs;
mod refusals;
mod rights;

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use libtest_mimic::{Arguments, Trial};
use tests::World;

type Test = fn(&World) -> Result<()>;

/// Each has torrents of its own and looks at nothing else. The slowest come first.
const TOGETHER: &[(&str, Test)] = &[
    (
        "links_appear_while_the_rest_is_downloading",
        adding::links_before_the_end,
    ),
    (
        "a_torrent_is_paused_resumed_and_removed",
        control::pause_resume_remove,
    ),
    (
        "the_cli_adds_watches_and_gets_byte_for_byte",
        cli::add_watch_get,
    ),
    ("the_cli_pauses_resumes_and_removes", cli::control),
    (
        "a_folder_by_file_comes_out_byte_for_byte",
        adding::a_folder_by_file,
    ),
    (
        "a_single_file_by_magnet_comes_out_byte_for_byte",
        adding::a_single_file_by_magnet,
    ),
    ("v2_and_hybrid_torrents_come_out_too", adding::v2_and_hybrid),
    (
        "a_file_larger_than_a_part_comes_out_byte_for_byte",
        adding::a_large_file,
    ),
    (
        "the_same_torrent_twice_is_one_torrent",
        adding::the_same_twice,
    ),
    ("an_unknown_torrent_is_not_found", refusals::unknown_torrent),
    (
        "an_unknown_address_is_a_problem_too",
        refusals::unknown_addresses,
    ),
    (
        "a_limit_has_an_error_of_its_own",
        refusals::beyond_the_limits,
    ),
    (
        "a_magnet_that_turns_out_too_large_is_given_up",
        refusals::a_magnet_beyond_the_limit,
    ),
    (
        "only_the_wanted_files_are_downloaded",
        control::only_the_wanted_files,
    ),
    (
        "a_url_of_this_machine_is_refused",
        control::a_url_of_this_machine_is_refused,
    ),
    (
        "a_torrent_too_large_for_a_request_is_uploaded",
        control::an_upload_is_a_torrent_too,
    ),
    (
        "the_cli_goes_on_where_a_get_was_interrupted",
        cli::an_interrupted_get_goes_on,
    ),
    (
        "the_doctor_finds_everything_well",
        doctor::everything_is_well,
    ),
    (
        "the_webhook_is_told_signed_and_again_until_it_listens",
        afterwards::the_webhook_is_told,
    ),
    (
        "nothing_is_left_of_a_removed_torrent",
        afterwards::nothing_is_left_of_a_removed_torrent,
    ),
    (
        "an_expired_torrent_is_removed",
        afterwards::an_expired_torrent_is_removed,
    ),
    (
        "every_route_wants_a_proof",
        access::every_route_wants_a_proof,
    ),
    ("every_page_wants_a_proof", access::every_page_wants_a_proof),
    ("the_buckets_are_closed", access::the_buckets_are_closed),
    (
        "another_site_changes_nothing",
        access::another_site_changes_nothing,
    ),
    (
        "a_named_token_is_made_and_revoked",
        access::a_named_token_is_made_and_revoked,
    ),
    (
        "a_share_link_opens_what_it_is_for",
        access::a_share_link_opens_what_it_is_for,
    ),
    (
        "a_session_is_renewed_while_it_is_used",
        access::a_session_is_renewed_while_it_is_used,
    ),
];

/// These look at all that is there, or stop what others need. In this order: they look at what was added before, and
/// the last ones look back.
const IN_TURN: &[(&str, Test)] = &[
    (
        "lists_are_filtered_and_paged",
        control::lists_are_filtered_and_paged,
    ),
    (
        "the_status_page_tells_of_every_torrent",
        adding::the_status_page,
    ),
    (
        "what_is_no_torrent_is_refused_and_nothing_is_stored",
        refusals::nothing_is_stored,
    ),
    (
        "a_hundred_at_once_are_one_torrent",
        adding::a_hundred_at_once,
    ),
    (
        "a_transfer_that_broke_off_goes_on",
        leftovers::a_transfer_goes_on,
    ),
    (
        "what_an_earlier_version_published_goes",
        leftovers::what_an_earlier_version_published_goes,
    ),
    (
        "tries_to_sign_in_are_limited",
        access::tries_to_sign_in_are_limited,
    ),
    (
        "an_update_changes_what_it_names_and_keeps_the_rest",
        deployment::an_update_changes_what_it_names,
    ),
    (
        "with_deluge_away_a_torrent_waits_and_starts_by_itself",
        away::waits_and_starts,
    ),
    (
        "after_the_last_try_a_torrent_has_failed_and_says_why",
        away::fails_at_last,
    ),
    (
        "the_doctor_names_a_box_that_is_away",
        doctor::a_box_that_is_away_is_named,
    ),
    ("nothing_secret_is_logged", access::nothing_secret_is_logged),
    (
        "logs_name_torrent_and_request",
        logs::logs_name_torrent_and_request,
    ),
    (
        "what_goes_wrong_is_watched",
        logs::what_goes_wrong_is_watched,
    ),
    // Ends the session of the tests.
    (
        "after_rotation_nothing_old_counts",
        access::after_rotation_nothing_old_counts,
    ),
    // Its thousand calls leave torrents behind that nobody has.
    (
        "schemathesis_finds_the_api_as_it_is_described",
        described::schemathesis_finds_nothing,
    ),
    // Of everything before.
    ("no_right_is_missing", rights::no_right_is_missing),
    ("every_right_is_used", rights::every_right_is_used),
    // Nothing can follow.
    (
        "a_deleted_stack_leaves_what_was_downloaded",
        deployment::a_deleted_stack_leaves_what_was_downloaded,
    ),
];

/// How many of the first run at a time. They wait most of their time.
const THREADS: usize = 6;

fn main() -> Result<()> {
    let arguments = Arguments::from_args();
    if arguments.list {
        let mut all = trials(TOGETHER, None);
        all.extend(trials(IN_TURN, None));
        libtest_mimic::run(&arguments, all).exit();
    }
    xtask::interrupt::install()?;
    let world = Arc::new(World::start()?);
    let run = |tests, threads| {
        let arguments = Arguments {
            test_threads: Some(threads),
            ..arguments.clone()
        };
        libtest_mimic::run(&arguments, trials(tests, Some(&world)))
    };
    let together = run(TOGETHER, THREADS);
    let in_turn = run(IN_TURN, 1);
    // Ends every process before the program does.
    drop(world);
    together.exit_if_failed();
    in_turn.exit()
}

fn trials(tests: &[(&'static str, Test)], world: Option<&Arc<World>>) -> Vec<Trial> {
    let trial = |&(name, test): &(&'static str, Test)| {
        let world = world.cloned();
        Trial::test(name, move || {
            let world = world.ok_or("tests need a running product")?;
            let start = Instant::now();
            let outcome = test(&world);
            println!("     {:6.1} s  {name}", start.elapsed().as_secs_f64());
            outcome.map_err(|error| format!("{error:#}").into())
        })
    };
    tests.iter().map(trial).collect()
}
