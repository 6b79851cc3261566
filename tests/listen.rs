//! The table over real sockets: who is answered what, that nothing of one vendor
//! reaches another, and that hostile clients get no further than their bounds.

#[path = "listen/client.rs"]
mod client;
#[path = "listen/command.rs"]
mod command;
#[path = "listen/hostile.rs"]
mod hostile;
#[path = "listen/many.rs"]
mod many;
#[path = "listen/people.rs"]
mod people;
#[path = "listen/resume.rs"]
mod resume;
#[path = "listen/table.rs"]
mod table;
#[path = "listen/tls.rs"]
mod tls;
