//! The program `terrarium`.
#![forbid(unsafe_code)]

fn main() {
    std::process::exit(terrarium_cli::run(std::env::args_os()));
}
