//! What typed decoding costs, beside serde_json into a struct written by hand, and what memory a stream
//! takes. `cargo xtask bench typed` prints the table.

use std::hint::black_box;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;
use threecx::api::users::User;
use threecx::{Client, Page};
use threecx_sim::Pbx;

/// How many users are decoded.
const USERS: usize = 100_000;

/// How many come in a page, as from a PBX.
const PAGE: usize = 100;

/// How often; the best counts.
const ROUNDS: usize = 7;

/// The same fields as [`User`] has.
macro_rules! by_hand {
    ($($key:literal $field:ident: $ty:ty,)*) => {
        #[allow(dead_code)]
        #[derive(Deserialize)]
        struct ByHand {
            $(#[serde(rename = $key, default)] $field: Option<$ty>,)*
        }
    };
}

by_hand! {
    "Groups" groups: Vec<serde_json::Value>,
    "ForwardingExceptions" forwarding_exceptions: Vec<serde_json::Value>,
    "ForwardingProfiles" forwarding_profiles: Vec<serde_json::Value>,
    "Greetings" greetings: Vec<serde_json::Value>,
    "Phones" phones: Vec<serde_json::Value>,
    "AgentSettings" agent_settings: serde_json::Value,
    "Id" id: i32,
    "Number" number: String,
    "TranscriptionMode" transcription_mode: String,
    "CallUsEnableChat" call_us_enable_chat: bool,
    "CallUsEnablePhone" call_us_enable_phone: bool,
    "CallUsEnableVideo" call_us_enable_video: bool,
    "CallUsRequirement" call_us_requirement: Authentication,
    "ClickToCallId" click_to_call_id: String,
    "AIAgent" ai_agent: bool,
    "AccessPassword" access_password: String,
    "AllowLanOnly" allow_lan_only: bool,
    "AllowOwnRecordings" allow_own_recordings: bool,
    "AuthID" auth_id: String,
    "AuthPassword" auth_password: String,
    "Blfs" blfs: String,
    "BlockTunnel" block_tunnel: bool,
    "BreakTime" break_time: Schedule,
    "CallScreening" call_screening: bool,
    "ContactImage" contact_image: String,
    "CurrentProfileName" current_profile_name: String,
    "DatevEnabled" datev_enabled: bool,
    "DeskphonePassword" deskphone_password: String,
    "DisplayName" display_name: String,
    "EmailAddress" email_address: String,
    "EmergencyAdditionalInfo" emergency_additional_info: String,
    "EmergencyLocationId" emergency_location_id: String,
    "Enable2FA" enable2_fa: bool,
    "EnableHotdesking" enable_hotdesking: bool,
    "Enabled" enabled: bool,
    "FirstName" first_name: String,
    "ForbidRecording" forbid_recording: bool,
    "GoogleCalendarEnabled" google_calendar_enabled: bool,
    "GoogleContactsEnabled" google_contacts_enabled: bool,
    "GoogleSignInEnabled" google_sign_in_enabled: bool,
    "HideInPhonebook" hide_in_phonebook: bool,
    "HotdeskingAssignment" hotdesking_assignment: String,
    "Hours" hours: Schedule,
    "Internal" internal: bool,
    "IsRegistered" is_registered: bool,
    "Language" language: String,
    "LastName" last_name: String,
    "MS365CalendarEnabled" ms365_calendar_enabled: bool,
    "MS365ContactsEnabled" ms365_contacts_enabled: bool,
    "MS365SignInEnabled" ms365_sign_in_enabled: bool,
    "MS365TeamsEnabled" ms365_teams_enabled: bool,
    "Mobile" mobile: String,
    "MyPhoneAllowDeleteRecordings" my_phone_allow_delete_recordings: bool,
    "MyPhoneHideForwardings" my_phone_hide_forwardings: bool,
    "MyPhonePush" my_phone_push: bool,
    "MyPhoneShowRecordings" my_phone_show_recordings: bool,
    "OfficeHoursProps" office_hours_props: Vec<String>,
    "OutboundCallerID" outbound_caller_id: String,
    "PbxDeliversAudio" pbx_delivers_audio: bool,
    "PinProtectTimeout" pin_protect_timeout: i32,
    "PinProtected" pin_protected: bool,
    "PrimaryGroupId" primary_group_id: i32,
    "PromptSet" prompt_set: String,
    "QueueStatus" queue_status: QueueStatus,
    "RecordCalls" record_calls: bool,
    "RecordEmailNotify" record_email_notify: bool,
    "RecordExternalCallsOnly" record_external_calls_only: bool,
    "Require2FA" require2_fa: bool,
    "SIPID" sipid: String,
    "SRTPMode" srtp_mode: Srtp,
    "SendEmailMissedCalls" send_email_missed_calls: bool,
    "Tags" tags: Vec<String>,
    "VMDisablePinAuth" vm_disable_pin_auth: bool,
    "VMEmailOptions" vm_email_options: VmEmail,
    "VMEnabled" vm_enabled: bool,
    "VMPIN" vmpin: String,
    "VMPlayCallerID" vm_play_caller_id: bool,
    "VMPlayMsgDateTime" vm_play_msg_date_time: VmTime,
    "WebMeetingApproveParticipants" web_meeting_approve_participants: bool,
    "WebMeetingFriendlyName" web_meeting_friendly_name: String,
}

#[derive(Deserialize)]
struct Envelope {
    value: Vec<ByHand>,
}

#[allow(dead_code)]
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Schedule {
    ignore_holidays: Option<bool>,
    periods: Vec<serde_json::Value>,
    #[serde(rename = "Type")]
    kind: Option<HoursType>,
}

macro_rules! words {
    ($($name:ident: $($word:ident)*;)*) => {$(
        #[derive(Deserialize)]
        enum $name {
            $($word,)*
            #[serde(other)]
            Other,
        }
    )*};
}
words! {
    Authentication: Name Email Both None;
    HoursType: OfficeHours OutOfOfficeHours BreakTime SpecificHours SpecificHoursExcludingHolidays Never Always;
    QueueStatus: LoggedIn LoggedOut;
    Srtp: SRTPDisabled SRTPEnabled SRTPEnforced;
    VmEmail: None Notification Attachment AttachmentAndDelete;
    VmTime: None Play12Hr Play24Hr;
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    if std::env::args().any(|argument| argument == "serve") {
        return serve(&runtime);
    }
    let pbx = runtime.block_on(Pbx::builder().users(1000).start())?;
    let pages = runtime.block_on(pages(&pbx))?;
    drop(pbx);
    println!("| what | best of {ROUNDS} | a second |\n|---|---|---|");
    let (mut typed, mut by_hand) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        typed = typed.min(timed(&pages, |page| Ok(serde_json::from_slice::<Page<User>>(page)?.rows.len()))?);
        by_hand = by_hand.min(timed(&pages, |page| Ok(serde_json::from_slice::<Envelope>(page)?.value.len()))?);
    }
    let megabytes = pages.iter().map(Vec::len).sum::<usize>() as f64 * (USERS / PAGE / pages.len()) as f64 / 1e6;
    for (what, time) in [("100,000 users, typed", typed), ("the same, by hand with serde_json", by_hand)] {
        println!("| {what} | {:.0} ms | {:.0} MB |", time.as_secs_f64() * 1e3, megabytes / time.as_secs_f64());
    }
    println!("| typed to by hand | {:.2} | |\n", typed.as_secs_f64() / by_hand.as_secs_f64());
    drop(pages);
    stream(&runtime)
}

/// How long it takes to decode the pages again and again, until all users are through.
fn timed(
    pages: &[Vec<u8>],
    decode: impl Fn(&[u8]) -> Result<usize, serde_json::Error>,
) -> Result<Duration, serde_json::Error> {
    let start = Instant::now();
    for page in pages.iter().cycle().take(USERS / PAGE) {
        assert_eq!(black_box(decode(page)?), PAGE);
    }
    Ok(start.elapsed())
}

/// Pages as a PBX serves them.
async fn pages(pbx: &Pbx) -> Result<Vec<Vec<u8>>, Box<dyn std::error::Error>> {
    let client = Client::builder(pbx.url()).credentials(pbx.client_id(), pbx.client_secret()).build()?;
    let mut pages = Vec::new();
    for page in 0..10 {
        let reply = client.users().list().top(PAGE as u32).skip(page * PAGE as u32).raw().await?;
        pages.push(reply.bytes().to_vec());
    }
    Ok(pages)
}

/// Reads all users of a PBX in another process, and measures this one's memory on the way.
fn stream(runtime: &tokio::runtime::Runtime) -> Result<(), Box<dyn std::error::Error>> {
    let mut server = Command::new(std::env::current_exe()?);
    let mut server = server.arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut told = String::new();
    BufReader::new(server.stdout.take().ok_or("no output")?).read_line(&mut told)?;
    let [url, id, secret] = told.split_whitespace().collect::<Vec<_>>()[..] else { return Err("no address".into()) };
    let client = Client::builder(url).credentials(id, secret.to_owned()).build()?;
    println!("| users streamed | memory |\n|---|---|");
    runtime.block_on(async {
        let (mut rows, mut count) = (client.users().list().stream(), 0);
        while let Some(user) = rows.next().await {
            black_box(user?);
            count += 1;
            if [1_000, 10_000, 50_000, USERS].contains(&count) {
                println!("| {count} | {} |", memory());
            }
        }
        Ok::<(), threecx::CallError>(())
    })?;
    // It ends when the other process is gone.
    drop(server.stdin.take());
    server.wait()?;
    Ok(())
}

/// Serves until its input ends.
fn serve(runtime: &tokio::runtime::Runtime) -> Result<(), Box<dyn std::error::Error>> {
    let pbx = runtime.block_on(Pbx::builder().users(USERS as u32).start())?;
    println!("{} {} {}", pbx.url(), pbx.client_id(), pbx.client_secret());
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// What this process holds in memory now.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.map_or("unknown".to_owned(), |kilobytes| format!("{:.1} MB", kilobytes as f64 / 1e3))
}
