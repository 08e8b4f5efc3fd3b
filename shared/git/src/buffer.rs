//! Buffers that are used again and again.

/// Sees to it that a buffer can hold so many bytes; what it holds may be lost.
pub(crate) fn make_room(buffer: &mut Vec<u8>, size: usize) -> Result<(), &'static str> {
    if size > buffer.capacity() {
        buffer.clear();
        buffer
            .try_reserve_exact(size)
            .map_err(|_| "not enough memory for it")?;
    }
    Ok(())
}

/// Makes a buffer so many bytes long, to be written over: what is there from before is not cleared.
pub(crate) fn resize(buffer: &mut Vec<u8>, size: usize) -> Result<(), &'static str> {
    make_room(buffer, size)?;
    buffer.resize(size, 0);
    Ok(())
}
