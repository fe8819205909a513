//! Programs that intend harm. Each runs in a separate process, which must survive, report in time how the run ended,
//! and answer the next call correctly. It does so in a fresh interpreter and in a session, which works after a reset in
//! any case.

use std::time::Duration;

use terrarium_core::Status;
use terrarium_tests::{Job, Program, Step, programs, run_job};

use crate::support::{int, probe};

/// The permitted time beyond the timeout: booting, the grace period, collecting, on a busy machine.
const SLACK: Duration = Duration::from_secs(3);
/// The permitted memory of the host besides the guest's: compiled code, results of a hundred megabytes and their JSON.
const HOST_MEMORY: u64 = 1500 << 20;

fn survives(name: &str) {
    let program = programs("hostile").into_iter().find(|program| program.name == name);
    let program = program.unwrap_or_else(|| panic!("no program {name}"));
    if let Err(fault) = check(&program) {
        panic!("{name}: {fault}");
    }
}

fn check(program: &Program) -> Result<(), String> {
    let step = |code: &str, session, reset| {
        let options = program.execute_options();
        Step { code: code.to_owned(), options, session, reset, ..Step::default() }
    };
    let next = "print('next')\nimport json\n6 * 7 + len(json.dumps([]))";
    let steps = vec![
        step(&program.source, false, false),
        step(next, false, false),
        step(&program.source, true, false),
        step(next, true, false),
        step(next, true, true),
    ];
    let places =
        ["a fresh run", "the next fresh run", "the session", "the session's next run", "the session after a reset"];
    let job = Job { options: program.sandbox_options(), steps, ..Job::default() };
    let timeout = program.timeout.unwrap_or(Duration::from_secs(30));
    let report = run_job(probe(), &job, &[], (timeout + SLACK) * 2 + Duration::from_secs(20));
    let told: Vec<Status> = report.results.iter().map(|(result, _)| result.status).collect();
    if !report.is_healthy() || report.results.len() != places.len() {
        return Err(format!("{:?} after {told:?}: {:?} {:.2000}", report.ending, report.errors, report.stderr));
    }
    for (number, (result, took)) in report.results.iter().enumerate() {
        let place = places[number];
        let hostile = [0, 2].contains(&number);
        if !hostile {
            let answered = result.final_expression == int(44) && result.stdout == "next\n";
            // In the session's next run, the program's changes of its own interpreter persist, if the program states
            // that.
            let excused = number == 3 && program.breaks_session;
            if !answered && !excused {
                return Err(format!("{place}: {:?} {:?} {:?}", result.status, result.error, result.stdout));
            }
        } else if !program.expect.contains(&result.status) {
            let error = result.error.as_ref().map(|error| &error.traceback);
            return Err(format!(
                "{place}: {:?}, not {:?}: {error:.600?} {:.600}",
                result.status, program.expect, result.stdout
            ));
        } else if result.status == Status::Error && result.error.is_none() {
            return Err(format!("{place}: an error without one"));
        }
        let longest = if hostile { timeout + SLACK } else { Duration::from_secs(5) };
        if *took > longest {
            return Err(format!("{place}: took {took:?}, may take {longest:?}"));
        }
        if result.stdout.len() > 16 << 20 || result.stderr.len() > 16 << 20 {
            return Err(format!("{place}: {} and {} bytes of output", result.stdout.len(), result.stderr.len()));
        }
    }
    let peak = report.resources.last().map_or(0, |resources| resources.peak_memory);
    let limit = job.options.memory * 2 + HOST_MEMORY;
    if peak > limit {
        return Err(format!("{} MiB of the host's memory, may take {}", peak >> 20, limit >> 20));
    }
    Ok(())
}

/// Defines a test for each program, and a test that no program is missing.
macro_rules! hostile {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                survives(stringify!($name));
            }
        )*

        #[test]
        fn every_program_has_its_test() {
            let listed = [$(stringify!($name)),*];
            let found: Vec<String> = programs("hostile").into_iter().map(|program| program.name).collect();
            assert_eq!(found, listed, "list the programs of the folder in order");
            for program in programs("hostile") {
                assert!(!program.expect.is_empty(), "{}: `# expect:` says how it may end", program.name);
            }
        }
    };
}

hostile! {
    append_forever
    asyncio_for_ever
    atexit_loop
    bad_bytecode
    bad_bytecode_stack
    bad_types
    break_streams
    break_sys
    bytearray_doubling
    catastrophic_regex
    catastrophic_regex_swallowed
    close_everything
    close_streams
    compile_floods
    ctypes_callback_of_itself
    ctypes_deep_callbacks
    ctypes_endless_slots
    ctypes_wide_callbacks
    ctypes_wild_variable_arguments
    decompression_bomb
    deep_final_value
    deep_folders
    deep_json
    deep_list_compare
    deep_list_delete
    deep_list_pickle
    deep_list_repr
    deep_parentheses
    delete_builtins
    delete_modules
    descriptor_flood
    endless_c_consumers
    endless_finally
    endless_loop
    endless_sort
    endless_sum
    endless_swallowing_loop
    excepthook_loop
    exception_text_loop
    exit_huge
    fatal_error
    faulthandler_crashes
    faulthandler_overflow
    file_flood
    finalizer_chain
    forge_frames
    fork_bomb
    frame_walk
    gc_rummage
    generator_tower
    huge_displays
    huge_exception
    huge_integer
    huge_power
    huge_power_loop
    huge_value
    import_hook_loop
    inode_flood
    interpreter_bomb
    json_cycle_values
    kill_itself
    list_growth
    lock_for_ever
    long_plus_chain
    long_sleep
    lying_value
    memory_error_swallowed
    memory_grow_direct
    minus_signs
    nested_generators_memory
    os_abort
    os_exit
    output_endless
    output_flood
    output_one_line
    pickle_bomb
    poke_everything
    poke_memory
    queue_for_ever
    read_empty_pipe
    read_null
    recursion_limit
    recursion_limit_in_c
    recursive_getattr
    refused_modules
    rename_games
    replace_builtins
    repr_loop
    select_for_ever
    shared_parts_value
    signal_handlers
    signal_recursion
    sleep_swallowed
    sparse_flood
    sqlite_games
    steal_descriptors
    string_format_bomb
    string_times
    subclass_exit
    test_capi
    test_capi_random
    thread_bomb
    tracing
    unicode_floods
    unreadable_outputs
    write_every_descriptor
    xml_bomb
}
