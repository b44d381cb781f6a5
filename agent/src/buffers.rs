use std::sync::{Arc, Condvar, Mutex, PoisonError};

use bytes::Bytes;

/// Bytes of one buffer: large enough for few system calls, small enough for a core's own cache.
pub(crate) const BUFFER_BYTES: usize = 256 * 1024;

/// All memory that file data may take, in buffers that are used again and again.
///
/// Whoever wants to read takes a buffer first, and waits for one: so disk never runs ahead of the network.
#[derive(Debug, Clone)]
pub(crate) struct Buffers(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    returned: Condvar,
}

#[derive(Debug)]
struct State {
    free: Vec<Box<[u8]>>,
    /// How many more may be made.
    unmade: usize,
}

/// One buffer; it goes back when the last [`Bytes`] of it is dropped.
#[derive(Debug)]
pub(crate) struct Buffer {
    data: Box<[u8]>,
    len: usize,
    home: Arc<Shared>,
}

impl Buffers {
    pub(crate) fn new(count: usize) -> Self {
        let state = State {
            free: Vec::with_capacity(count),
            unmade: count,
        };
        Self(Arc::new(Shared {
            state: Mutex::new(state),
            returned: Condvar::new(),
        }))
    }

    /// The next free buffer. Blocks the thread until there is one.
    pub(crate) fn take(&self) -> Buffer {
        let state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = self
            .0
            .returned
            .wait_while(state, |state| state.free.is_empty() && state.unmade == 0)
            .unwrap_or_else(PoisonError::into_inner);
        let data = state.free.pop().unwrap_or_else(|| {
            state.unmade -= 1;
            vec![0; BUFFER_BYTES].into_boxed_slice()
        });
        Buffer {
            data,
            len: 0,
            home: Arc::clone(&self.0),
        }
    }
}

impl Buffer {
    /// All of it, to be filled.
    pub(crate) fn space(&mut self) -> &mut [u8] {
        &mut self.data
    }

    /// Its first `len` bytes, to be shared.
    pub(crate) fn filled(mut self, len: usize) -> Bytes {
        self.len = len;
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.data[..self.len]
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let data = std::mem::take(&mut self.data);
        let mut state = self
            .home
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        state.free.push(data);
        drop(state);
        self.home.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_last_buffer_is_waited_for_and_comes_back_with_the_last_of_its_bytes() {
        let buffers = Buffers::new(1);
        let mut buffer = buffers.take();
        buffer.space()[..3].copy_from_slice(b"abc");
        let bytes = buffer.filled(3);
        let slice = bytes.slice(1..);
        drop(bytes);
        let (taken, wait) = mpsc::channel();
        let other = buffers.clone();
        std::thread::spawn(move || {
            let _buffer = other.take();
            taken.send(()).unwrap();
        });
        assert!(wait.recv_timeout(Duration::from_millis(100)).is_err());
        assert_eq!(slice, &b"bc"[..]);
        drop(slice);
        wait.recv_timeout(Duration::from_secs(5)).unwrap();
    }
}
