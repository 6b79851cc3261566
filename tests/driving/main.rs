//! The engine against servers that behave badly, over real sockets.

mod access;
mod evidence;
mod personas;
mod plans;
mod server;
mod steps;
mod tls;
mod transport;
