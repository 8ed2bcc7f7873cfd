//! A worker that is killed somewhere.

use std::pin::Pin;
use std::task::{Context, Poll};

/// A future that is dropped after so many polls: all that a killed worker leaves behind.
struct Killed<F> {
    work: Pin<Box<F>>,
    polls: usize,
}

impl<F: Future> Future for Killed<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(left) = self.polls.checked_sub(1) else { return Poll::Ready(None) };
        self.polls = left;
        let polled = self.work.as_mut().poll(cx).map(Some);
        // Dropped at the point it waits at, not when it is woken: the statement is on its way.
        if polled.is_pending() && left == 0 { Poll::Ready(None) } else { polled }
    }
}

/// Does some work until it is killed; none when it was.
pub async fn killed<F: Future>(work: F, polls: usize) -> Option<F::Output> {
    Killed { work: Box::pin(work), polls }.await
}
