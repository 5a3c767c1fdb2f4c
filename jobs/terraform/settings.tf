# What is this module's own: the stack's name, and where its code is uploaded.

variable "name" {
  description = "Name of the stack; of its state machine and Athena workgroup, too. Two of them in one account do not meet"
  type        = string
  default     = "backup-ledger"

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9-]{0,79}$", var.name))
    error_message = "Expected letters, digits and -, beginning with a letter, 80 at most."
  }
}

variable "code_bucket" {
  description = "Existing bucket in the stack's region for the code of the function and the template"
  type        = string
}

variable "code_prefix" {
  description = "Where they lie in it, without a slash at its end"
  type        = string
  default     = "backup-ledger-code"
}

variable "bundle_folder" {
  description = "Folder of the bundled function; null for dist/lambda beside this module"
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the stack and all that is in it"
  type        = map(string)
  default     = {}
}
