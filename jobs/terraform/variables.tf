# One variable for each parameter of the stack, by the same name; a test holds them against each other.

variable "regions" {
  description = "AWS Regions to ask, separated by commas; all for every one the account has enabled"
  type        = string
  default     = "all"
}

variable "kinds" {
  description = "Kinds of jobs, separated by commas: copy, backup, restore, scan; or all"
  type        = string
  default     = "all"
}

variable "assume_role" {
  description = "Where there is no organisation-wide view: ARN of a role with {account} in the place of the account, to be assumed in each of Accounts"
  type        = string
  default     = ""
}

variable "accounts" {
  description = "Accounts to read through AssumeRole, separated by commas"
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^([0-9, ]*)$", var.accounts))
    error_message = "Expected numbers, separated by commas."
  }
}

variable "ledger_bucket" {
  description = "Name of an existing bucket for the ledger; empty for one that the stack makes, and retains when it is deleted"
  type        = string
  default     = ""
}

variable "ledger_bucket_owner" {
  description = "Account that LedgerBucket must belong to; empty for this one. Nothing is written to the bucket of another"
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^((\\d{12})?)$", var.ledger_bucket_owner))
    error_message = "Expected an account of 12 digits, or nothing."
  }
}

variable "ledger_prefix" {
  description = "Where the ledger lies in its bucket, without a slash at its end. Runs and Athena's results lie beside it"
  type        = string
  default     = "ledger"

  validation {
    condition     = can(regex("^([A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*)$", var.ledger_prefix))
    error_message = "Expected letters, digits, _ and -, with slashes between them and none at the ends."
  }
}

variable "kms_key_arn" {
  description = "ARN of a KMS key to encrypt the ledger with; empty for the keys of S3"
  type        = string
  default     = ""
}

variable "previous_kms_key_arns" {
  description = "ARNs of the keys that older objects are encrypted with, so that they stay readable after a change of KmsKeyArn"
  type        = list(string)
  default     = []
}

variable "noncurrent_days" {
  description = "Days to keep replaced versions of the tables' objects. Those of raw pages and pull records stay for ever"
  type        = number
  default     = 90

  validation {
    condition     = var.noncurrent_days >= 1
    error_message = "Expected 1 or more."
  }
}

variable "database" {
  description = "Glue database of the tables and views; made when the first run registers, and found again by every later stack"
  type        = string
  default     = "backup_ledger"

  validation {
    condition     = can(regex("^([a-z][a-z0-9_]{0,127})$", var.database))
    error_message = "Expected lower-case letters, digits and _, beginning with a letter."
  }
}

variable "register" {
  description = "Whether each run brings the catalog up to date with the ledger and the version of the code"
  type        = string
  default     = "yes"

  validation {
    condition     = contains(["yes", "no"], var.register)
    error_message = "Expected one of yes, no."
  }
}

variable "query_bytes_limit" {
  description = "Most bytes that one query in the stack's workgroup may scan"
  type        = number
  default     = 10737418240

  validation {
    condition     = var.query_bytes_limit >= 10000000
    error_message = "Expected 10000000 or more."
  }
}

variable "schedule" {
  description = "When to pull, in UTC; AWS refreshes its counts until about 02:30. NONE where something else calls the function"
  type        = string
  default     = "cron(30 3 * * ? *)"
}

variable "verify_schedule" {
  description = "When to read back what the last 40 days brought, in UTC; NONE for never"
  type        = string
  default     = "cron(0 6 ? * SUN *)"
}

variable "full_verify_schedule" {
  description = "When to read all of the ledger back, in UTC; NONE for never"
  type        = string
  default     = "cron(0 7 1 * ? *)"
}

variable "full_verify_raw" {
  description = "Which raw pages the full verification reads. With all of them they stay in S3 Standard, which costs less to read"
  type        = string
  default     = "recent"

  validation {
    condition     = contains(["all", "recent", "none"], var.full_verify_raw)
    error_message = "Expected one of all, recent, none."
  }
}

variable "alarm_topic_arn" {
  description = "ARN of an SNS topic to tell of alarms; empty for none, or for AlarmEmail"
  type        = string
  default     = ""
}

variable "alarm_email" {
  description = "Address to tell of alarms through a topic of their own; empty for none"
  type        = string
  default     = ""
}

variable "min_accounts" {
  description = "Accounts that the widest slice of a run must see; 2 or more where an organisation-wide view is expected"
  type        = number
  default     = 1

  validation {
    condition     = var.min_accounts >= 1
    error_message = "Expected 1 or more."
  }
}

variable "max_day_age" {
  description = "Age in days of the newest copy or backup jobs of a region that is an alarm; 9 where copies are made weekly"
  type        = number
  default     = 3

  validation {
    condition     = var.max_day_age >= 2 && var.max_day_age <= 14
    error_message = "Expected a number from 2 to 14."
  }
}

variable "max_days_unverified" {
  description = "Days without a verification that are an alarm"
  type        = number
  default     = 8

  validation {
    condition     = var.max_days_unverified >= 1
    error_message = "Expected 1 or more."
  }
}

variable "max_full_verify_age" {
  description = "Age in days of the last verification of all of the ledger that is an alarm"
  type        = number
  default     = 33

  validation {
    condition     = var.max_full_verify_age >= 1
    error_message = "Expected 1 or more."
  }
}

variable "check" {
  description = "Whether a green run is followed by a check of what got worse, fell silent or fell below target"
  type        = string
  default     = "yes"

  validation {
    condition     = contains(["yes", "no"], var.check)
    error_message = "Expected one of yes, no."
  }
}

variable "target_success" {
  description = "Lowest success rate in percent that a check passes, such as 95; empty for none"
  type        = string
  default     = ""
}

variable "memory_size" {
  description = "Memory of the function in MB"
  type        = number
  default     = 1024

  validation {
    condition     = var.memory_size >= 256 && var.memory_size <= 10240
    error_message = "Expected a number from 256 to 10240."
  }
}

variable "log_retention_days" {
  description = "Days to keep logs; what happened is on record in the ledger for ever"
  type        = number
  default     = 90

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653], var.log_retention_days)
    error_message = "Expected one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653."
  }
}

variable "permissions_boundary" {
  description = "ARN of a policy that bounds the stack's roles; empty for none"
  type        = string
  default     = ""
}
