CREATE EXTERNAL TABLE IF NOT EXISTS pulls (
  `record_version` bigint COMMENT 'Version of this format',
  `written_by` string COMMENT 'Name and version of what wrote the record',
  `pull` string COMMENT 'Name of the pull, from its instant and its slice',
  `previous_sha256` string COMMENT 'SHA-256 of the line before this one in the records of the slice, without its line feed; null for the first',
  `started_at` string COMMENT 'When the run began',
  `finished_at` string COMMENT 'When the record was written',
  `outcome` string COMMENT '`superseded`: a newer pull of the slice was already there, so nothing was written',
  `kind` string COMMENT 'Kind of jobs',
  `aggregation_period` string COMMENT 'Length of the window a row counts',
  `region` string COMMENT 'AWS Region whose endpoint was asked',
  `scope` string COMMENT '`any`, or one account',
  `table_name` string COMMENT 'Table of the ledger the rows belong to',
  `observed_at` timestamp COMMENT 'When the first request of the completed (or last) attempt was sent; null if none was',
  `first_day` string COMMENT 'First start date returned',
  `last_day` string COMMENT 'Last start date returned',
  `partitions` struct<`written`:bigint,`unchanged`:bigint> COMMENT 'How many partitions were written, and how many found unchanged',
  `withdrawn` array<string> COMMENT 'Of a replay: names of the pulls that were withdrawn; later replays leave them out too',
  `objects` array<struct<`partition`:string,`action`:string,`version`:string,`sha256`:string,`replaced_sha256`:string,`rows`:bigint>> COMMENT 'Partitions the pull wrote or found unchanged, with the SHA-256 of their content',
  `record_sha256` string COMMENT 'SHA-256 of the line without this field, hexadecimal',
  `requests` bigint COMMENT 'Requests sent, retries included',
  `retries` bigint COMMENT 'Requests sent again',
  `restarts` bigint COMMENT 'How often the slice began again from page one: AWS refused a NextToken, or its totals did not match',
  `pages` bigint COMMENT 'Pages of the completed (or last) attempt',
  `received` bigint COMMENT 'Summaries in the pages of the completed attempt',
  `kept` bigint COMMENT 'Rows of distinct identity',
  `duplicates` bigint COMMENT 'Rows read again with the same count',
  `conflicts` bigint COMMENT 'Rows read again on a later page with another count; the last one was kept',
  `rejected` bigint COMMENT 'Rows that are not usable',
  `foreign_rows` bigint COMMENT 'Rows of another region, or of another value than the one filtered for; not stored',
  `protected` bigint COMMENT 'Account-days whose stored rows were kept although the pull showed fewer jobs',
  `accounts` bigint COMMENT 'Distinct accounts the pull saw',
  `accounts_before` bigint COMMENT 'Distinct accounts that pull saw; null if there was none',
  `message_categories` array<string> COMMENT 'Message categories the pull saw, as AWS spells them, in order: the first hundred',
  `days` struct<`written`:bigint,`unchanged`:bigint> COMMENT 'How many start dates the pull changed, and how many it found as they were',
  `reconciled` string COMMENT 'Whether the totals AWS gives per start date are the sums of the rows kept',
  `mismatches` array<struct<`start_date`:string,`kept`:bigint,`total`:bigint>> COMMENT 'Start dates whose rows do not sum up to the total AWS gives',
  `totals_unavailable` string COMMENT 'Why there are no totals to compare with',
  `gap` struct<`from`:string,`to`:string> COMMENT 'Start dates, both included, that AWS forgot between the last good pull and this one: lost for good',
  `last_good_pull` string COMMENT 'Name of the last good pull of the slice before this one that saw any rows (else of the last good one); null if there was none',
  `raw` string COMMENT 'Key of the raw pages below the ledger',
  `rejects` array<struct<`page`:bigint,`index`:bigint,`problems`:array<string>>> COMMENT 'The first rejected rows, with every reason',
  `warnings` array<string> COMMENT 'What a person should look at, a sentence each',
  `error` struct<`name`:string,`message`:string,`recovery`:string> COMMENT 'Why the slice failed and who acts',
  `raw_sha256` string COMMENT 'SHA-256 of the object of raw pages, hexadecimal; null when none were kept'
)
COMMENT 'One row per pull, good or failed; replays leave a row with outcome = replayed'
PARTITIONED BY (
  `pull_month` string COMMENT 'UTC month of observed_at, YYYY-MM: bound it in every query'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES (
  'serialization.format' = '1',
  'mapping.table_name' = 'table',
  'mapping.foreign_rows' = 'foreign'
)
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://BUCKET/PREFIX/pulls'
TBLPROPERTIES (
  'classification' = 'json',
  'projection.enabled' = 'true',
  'storage.location.template' = 's3://BUCKET/PREFIX/pulls/pull_month=${pull_month}/',
  'projection.pull_month.type' = 'date',
  'projection.pull_month.format' = 'yyyy-MM',
  'projection.pull_month.range' = '2026-11,NOW',
  'projection.pull_month.interval' = '1',
  'projection.pull_month.interval.unit' = 'MONTHS'
);
