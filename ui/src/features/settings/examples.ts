// How sections of the settings file are written. A test holds their keys against those that the desk reads.

export const EXAMPLES = {
  pbx: `[pbx]
driver = "ami"
address = "pbx.example:5038"
username = "ringside"
secret = "…"
channel = "PJSIP/{extension}"
context = "from-internal"
recordings = "/var/spool/asterisk/monitor"`,
  supervision: `[supervision]
modes = ["spy", "whisper", "barge"]
agent_sees = "badge"
supervisors = ["201", "202"]`,
  floor: `[floor]
agents = ["101-110"]
source = "auto"`,
  callbacks: `[callbacks]
from_missed = true
from_abandoned = true
attempts = 3
retry_after = 900
order = "agent_first"`,
  callback_line: `[callback_line]
enabled = true
account = "line"
method = "number"
number = "+74952294989"
next = "agent"`,
};
