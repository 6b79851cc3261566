//! All cores at work on items in order: results come back in that order, and no
//! more is held than a few items.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Items that are held for each worker.
const EACH: usize = 4;
/// Bytes that are held, unless one item alone has more.
const BYTES: usize = 128 << 20;
/// Bytes of the stack of a worker: resources nest, and so do the rules about them.
const STACK: usize = 64 << 20;

/// What is held now.
#[derive(Debug, Default)]
struct Held {
    items: usize,
    bytes: usize,
    /// Nobody wants more.
    ended: bool,
}

/// The items, and how much of them is held.
struct Work<I, T> {
    items: Mutex<I>,
    held: Mutex<Held>,
    freed: Condvar,
    most: usize,
    size: fn(&T) -> usize,
}

/// A result, and the bytes of its item. None when judging it broke.
type Done<R> = (usize, usize, Option<R>);

/// Does the work on each item; `take` gets the results in order, none where it
/// broke, and ends all by an error.
///
/// # Errors
/// That of `take`; or when no thread can be started.
pub(crate) fn each<T: Send, R: Send, E: From<std::io::Error>>(
    items: impl Iterator<Item = T> + Send,
    (workers, size): (usize, fn(&T) -> usize),
    act: impl Fn(T) -> R + Sync,
    mut take: impl FnMut(Option<R>) -> Result<(), E>,
) -> Result<(), E> {
    let work =
        Work { items: Mutex::new(items.enumerate()), held: Mutex::default(), freed: Condvar::new(), most: workers * EACH, size };
    thread::scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 0..workers {
            let (sender, work, act) = (sender.clone(), &work, &act);
            let started = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || work.until_none(&sender, act));
            if let Err(why) = started {
                work.end();
                return Err(why.into());
            }
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut next = 0;
        for (number, bytes, result) in receiver {
            early.insert(number, (bytes, result));
            while let Some((bytes, result)) = early.remove(&next) {
                next += 1;
                work.free(bytes);
                take(result).inspect_err(|_| work.end())?;
            }
        }
        Ok(())
    })
}

impl<T, I: Iterator<Item = (usize, T)>> Work<I, T> {
    fn until_none<R>(&self, sender: &Sender<Done<R>>, act: &impl Fn(T) -> R) {
        while let Some((number, bytes, item)) = self.next() {
            // A defect of ours is told as such, and the other resources are judged all the same.
            let result = catch_unwind(AssertUnwindSafe(|| act(item))).ok();
            if sender.send((number, bytes, result)).is_err() {
                return;
            }
        }
    }

    /// The next item, once there is room for it.
    fn next(&self) -> Option<(usize, usize, T)> {
        let mut items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
        // The oldest item that is held is never waited for here: somebody has it.
        let is_full = |held: &mut Held| !held.ended && (held.items >= self.most || held.bytes >= BYTES);
        let held = self.freed.wait_while(self.held(), is_full).unwrap_or_else(PoisonError::into_inner);
        let ended = held.ended;
        drop(held);
        let (number, item) = if ended { None } else { items.next() }?;
        let bytes = (self.size)(&item);
        let mut held = self.held();
        held.items += 1;
        held.bytes += bytes;
        Some((number, bytes, item))
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn free(&self, bytes: usize) {
        let mut held = self.held();
        held.items -= 1;
        held.bytes -= bytes;
        drop(held);
        self.freed.notify_one();
    }

    fn end(&self) {
        self.held().ended = true;
        self.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(workers: usize, act: impl Fn(usize) -> usize + Sync) -> Vec<Option<usize>> {
        let mut got = Vec::new();
        let done: Result<(), std::io::Error> = each(0..200, (workers, |_| 1), act, |result| {
            got.push(result);
            Ok(())
        });
        done.expect("threads can be started");
        got
    }

    #[test]
    fn each_gives_results_in_the_order_of_the_items() {
        let slow_first = |number: usize| {
            (0..(200 - number) * 200).for_each(|at| {
                std::hint::black_box(at);
            });
            number
        };
        assert_eq!(all(4, slow_first), (0..200).map(Some).collect::<Vec<_>>());
    }

    #[test]
    fn each_tells_of_an_item_that_breaks_and_goes_on() {
        let got = all(2, |number| if number == 7 { panic!("as the test wants") } else { number });
        assert_eq!((got[7], got[199], got.len()), (None, Some(199), 200));
    }

    #[test]
    fn each_ends_when_nobody_wants_more() {
        let mut count = 0;
        let done: Result<(), std::io::Error> = each(
            0_usize..,
            (2, |_| 1),
            |number| number,
            |_| {
                count += 1;
                if count == 10 { Err(std::io::Error::other("enough")) } else { Ok(()) }
            },
        );
        assert!(done.is_err() && count == 10);
    }
}
