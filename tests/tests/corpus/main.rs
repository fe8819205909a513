//! Real packages: every wheel of the corpus, the acceptance cases that need packages, and the gallery of examples.

mod acceptance;
mod gallery;
mod images;
mod matrix;
