//! The program against servers, files and disks that mean no good. Each case:
//! the exit code, a message that says where, what and how to mend it, the
//! reports of all else, and memory and time within bounds.

mod disk;
mod files;
mod program;
mod secrets;
mod server;
mod servers;
mod stop;
