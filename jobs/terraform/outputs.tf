# One output for each output of the stack.

output "ledger" {
  description = "Where the ledger lies, for --ledger"
  value       = aws_cloudformation_stack.this.outputs["Ledger"]
}

output "bucket_name" {
  description = "The ledger's bucket; LedgerBucket of a later stack that is to go on with it"
  value       = aws_cloudformation_stack.this.outputs["BucketName"]
}

output "prefix" {
  description = "Where the ledger lies in its bucket"
  value       = aws_cloudformation_stack.this.outputs["Prefix"]
}

output "database_name" {
  description = "Glue database of the tables and views, for --database"
  value       = aws_cloudformation_stack.this.outputs["DatabaseName"]
}

output "work_group_name" {
  description = "Athena workgroup to query in, for --workgroup"
  value       = aws_cloudformation_stack.this.outputs["WorkGroupName"]
}

output "function_name" {
  description = "The function, for those who call its actions themselves"
  value       = aws_cloudformation_stack.this.outputs["FunctionName"]
}

output "function_arn" {
  description = "ARN of the function"
  value       = aws_cloudformation_stack.this.outputs["FunctionArn"]
}

output "state_machine_arn" {
  description = "To start a run by hand"
  value       = aws_cloudformation_stack.this.outputs["StateMachineArn"]
}

output "verify_machine_arn" {
  description = "To start a verification by hand"
  value       = aws_cloudformation_stack.this.outputs["VerifyMachineArn"]
}

output "alarm_recipient" {
  description = "Topic that alarms are told to"
  value       = aws_cloudformation_stack.this.outputs["AlarmRecipient"]
}
