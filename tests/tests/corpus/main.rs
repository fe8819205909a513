//! Real packages: every wheel of the corpus, programs with packages, and the gallery of examples.

mod border;
mod gallery;
mod images;
mod matrix;
mod science;
