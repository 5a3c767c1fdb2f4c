# A ledger that is there already, such as that of a trial, goes on in its bucket and with its key.

provider "aws" {
  region = "eu-west-1"
}

module "backup_ledger" {
  source = "../.."

  name                  = "backup-ledger-audit"
  code_bucket           = "my-code-bucket"
  ledger_bucket         = "my-audit-bucket"
  ledger_bucket_owner   = "111122223333"
  ledger_prefix         = "backup-ledger"
  database              = "backup_ledger_audit"
  kms_key_arn           = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
  previous_kms_key_arns = ["arn:aws:kms:eu-west-1:111122223333:key/99999999-2222-3333-4444-555555555555"]
  schedule              = "NONE"
  alarm_topic_arn       = "arn:aws:sns:eu-west-1:111122223333:alarms"
}

output "function_name" {
  description = "For Airflow, which calls its actions itself"
  value       = module.backup_ledger.function_name
}
