//! The guest's main module: translated whole, in time, and taken by the engine.

use std::time::{Duration, Instant};

use terrarium_core::rewrite::{Redirect, RewriteOptions, rewrite, validate};
use wasmtime::Module;

use crate::support::{engine, guest_module};

#[test]
fn every_function_of_the_guest_validates_after_rewriting() {
    let guest = guest_module();
    assert!(validate(&guest).is_err(), "the guest uses legacy exceptions, so it must not validate as it is");
    let start = Instant::now();
    let rewritten = rewrite(&guest, &RewriteOptions::default()).expect("the guest is translated");
    let plain = start.elapsed();
    validate(&rewritten).expect("the translated guest is valid");

    let options = RewriteOptions { redirects: vec![Redirect::new("clock_nanosleep", "env", "sleep")] };
    let start = Instant::now();
    let redirected = rewrite(&guest, &options).expect("the guest is redirected");
    let with_redirect = start.elapsed();
    validate(&redirected).expect("the redirected guest is valid");
    println!(
        "{} -> {} bytes in {plain:?}; redirected {} bytes in {with_redirect:?}",
        guest.len(),
        rewritten.len(),
        redirected.len(),
    );
    assert!(plain < Duration::from_secs(2), "took {plain:?}");

    let start = Instant::now();
    let module = Module::new(&engine(), &redirected).expect("the engine compiles the guest");
    println!("compiled in {:?}", start.elapsed());
    assert!(module.imports().any(|import| import.module() == "env" && import.name() == "sleep"));
}
