//! Remote repositories over smart HTTP.
