# The same stack as the kit for Step Functions deploys, from the same template: what differs is who uploads the code.

locals {
  kit = "${path.module}/../step-functions"

  # What `npm run bundle` writes.
  bundle = coalesce(var.bundle_folder, "${path.module}/../../dist/lambda")

  definitions = toset(["state-machine.asl.json", "verify.asl.json"])

  # The template names files beside it; CloudFormation wants them in S3.
  template_with_code = replace(
    file("${local.kit}/template.yaml"),
    "CodeUri: ../../dist/lambda",
    "CodeUri: s3://${var.code_bucket}/${aws_s3_object.bundle.key}",
  )
  template = replace(
    replace(
      local.template_with_code,
      "DefinitionUri: state-machine.asl.json",
      "DefinitionUri: s3://${var.code_bucket}/${aws_s3_object.definition["state-machine.asl.json"].key}",
    ),
    "DefinitionUri: verify.asl.json",
    "DefinitionUri: s3://${var.code_bucket}/${aws_s3_object.definition["verify.asl.json"].key}",
  )

  parameters = {
    Regions             = var.regions
    Kinds               = var.kinds
    AssumeRole          = var.assume_role
    Accounts            = var.accounts
    LedgerBucket        = var.ledger_bucket
    LedgerBucketOwner   = var.ledger_bucket_owner
    LedgerPrefix        = var.ledger_prefix
    KmsKeyArn           = var.kms_key_arn
    PreviousKmsKeyArns  = join(",", var.previous_kms_key_arns)
    NoncurrentDays      = var.noncurrent_days
    Database            = var.database
    Register            = var.register
    QueryBytesLimit     = var.query_bytes_limit
    Schedule            = var.schedule
    VerifySchedule      = var.verify_schedule
    FullVerifySchedule  = var.full_verify_schedule
    FullVerifyRaw       = var.full_verify_raw
    AlarmTopicArn       = var.alarm_topic_arn
    AlarmEmail          = var.alarm_email
    MinAccounts         = var.min_accounts
    MaxDayAge           = var.max_day_age
    MaxDaysUnverified   = var.max_days_unverified
    MaxFullVerifyAge    = var.max_full_verify_age
    Check               = var.check
    TargetSuccess       = var.target_success
    MemorySize          = var.memory_size
    LogRetentionDays    = var.log_retention_days
    PermissionsBoundary = var.permissions_boundary
  }
}

data "aws_s3_bucket" "code" {
  bucket = var.code_bucket
}

data "archive_file" "bundle" {
  type        = "zip"
  source_dir  = local.bundle
  output_path = "${path.root}/.terraform/backup-ledger-${var.name}.zip"
}

# Keys carry the hash of what they hold, so that CloudFormation sees a change, and the stack's name, so that no object is another
# stack's, too, and goes with it. What the stack had before goes when the stack has the new one, and not earlier: an update that fails is
# rolled back to it.
resource "aws_s3_object" "bundle" {
  bucket = var.code_bucket
  key    = "${var.code_prefix}/${var.name}/${data.archive_file.bundle.output_md5}.zip"
  source = data.archive_file.bundle.output_path

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_s3_object" "definition" {
  for_each = local.definitions

  bucket  = var.code_bucket
  key     = "${var.code_prefix}/${var.name}/${filemd5("${local.kit}/${each.value}")}.asl.json"
  content = file("${local.kit}/${each.value}")

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_s3_object" "template" {
  bucket  = var.code_bucket
  key     = "${var.code_prefix}/${var.name}/${md5(local.template)}.yaml"
  content = local.template

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudformation_stack" "this" {
  name         = var.name
  template_url = "https://${data.aws_s3_bucket.code.bucket_regional_domain_name}/${aws_s3_object.template.key}"
  parameters   = { for name, value in local.parameters : name => tostring(value) }
  tags         = var.tags

  # It makes roles, and CloudFormation runs the SAM transform.
  capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]

  timeouts {
    create = "30m"
    update = "30m"
    delete = "30m"
  }
}
