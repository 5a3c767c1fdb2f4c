CREATE EXTERNAL TABLE IF NOT EXISTS restore_job_summaries (
  `region` string COMMENT 'AWS Region of the jobs; the Region of the endpoint asked where AWS names none',
  `account_id` string COMMENT 'Account that owns the jobs',
  `resource_type` string COMMENT 'Type of the protected resource, as AWS spells it',
  `state` string COMMENT 'Job state when AWS was asked, as AWS spells it',
  `job_count` bigint COMMENT 'Number of jobs. AWS does not document on which day a job counts, or whether parent and child jobs both do: backup-ledger doctor --calibrate finds out',
  `start_date` date COMMENT 'UTC date of start_time: the day counted',
  `start_time` timestamp COMMENT 'Start of the window counted, UTC',
  `end_time` timestamp COMMENT 'End of the window counted, UTC. AWS does not document whether it is inclusive',
  `observed_at` timestamp COMMENT 'Since when this account and day is known to be so: when the pull that first saw it began, UTC'
)
COMMENT 'Number of restore jobs in windows of ONE_DAY, by region, account and the other dimensions'
PARTITIONED BY (
  `aggregation_period` string COMMENT 'Length of the window a row counts',
  `start_month` string COMMENT 'UTC month of start_time, YYYY-MM: a filter on it reads those months only'
)
ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'
WITH SERDEPROPERTIES (
  'serialization.format' = '1'
)
STORED AS INPUTFORMAT 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat'
LOCATION 's3://BUCKET/PREFIX/restore_job_summaries'
TBLPROPERTIES (
  'classification' = 'parquet',
  'projection.enabled' = 'true',
  'storage.location.template' = 's3://BUCKET/PREFIX/restore_job_summaries/aggregation_period=${aggregation_period}/start_month=${start_month}/',
  'projection.aggregation_period.type' = 'enum',
  'projection.aggregation_period.values' = 'ONE_DAY',
  'projection.start_month.type' = 'date',
  'projection.start_month.format' = 'yyyy-MM',
  'projection.start_month.range' = '2026-11,NOW',
  'projection.start_month.interval' = '1',
  'projection.start_month.interval.unit' = 'MONTHS'
);
