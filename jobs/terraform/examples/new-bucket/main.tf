# The stack makes the ledger's bucket, and retains it when it is deleted.

provider "aws" {
  region = "eu-west-1"
}

module "backup_ledger" {
  source = "../.."

  code_bucket  = "my-code-bucket"
  alarm_email  = "ops@example.com"
  min_accounts = 2
}

output "ledger" {
  value = module.backup_ledger.ledger
}
