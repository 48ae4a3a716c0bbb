-- On which timeline of Postgres' log the tables were last written: where that one ends, what is newer never was.
CREATE TABLE IF NOT EXISTS ${database}.timelines
(
    generation String,
    timeline   UInt32,
    at         DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ${replacing(timeline)}
ORDER BY generation;
