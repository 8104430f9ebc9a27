//! The forms of keys and tokens, as their issuers document them or as they can be seen. No line is
//! taken from another scanner.

/// One form.
pub(super) struct Rule {
    /// For people.
    pub(super) name: &'static str,
    /// How its tokens begin; one of them is looked for first.
    pub(super) prefixes: &'static [&'static str],
    /// The whole token with its prefix, a regular expression whose repetitions have limits.
    pub(super) shape: &'static str,
    /// Bits per byte that the token must have at least, so that examples such as `sk-xxxx` and plain
    /// words stay.
    pub(super) entropy: f64,
}

const fn rule(
    name: &'static str,
    prefixes: &'static [&'static str],
    shape: &'static str,
    entropy: f64,
) -> Rule {
    Rule {
        name,
        prefixes,
        shape,
        entropy,
    }
}

/// Forms with a prefix of their own. A more exact one stands before a more general one.
#[rustfmt::skip] // A table: one form in a line.
pub(super) const WITH_PREFIX: &[Rule] = &[
    // Clouds.
    rule("AWS access key", &["AKIA", "ASIA", "ABIA", "ACCA"], r"A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}", 3.0),
    rule("AWS Bedrock key", &["ABSK"], r"ABSK[A-Za-z0-9+/]{100,280}={0,2}", 4.0),
    rule("Google API key", &["AIza"], r"AIza[0-9A-Za-z_-]{35}", 3.5),
    rule("Google access token", &["ya29."], r"ya29\.[0-9A-Za-z_-]{20,400}", 3.5),
    rule("Google client secret", &["GOCSPX-"], r"GOCSPX-[0-9A-Za-z_-]{28}", 3.5),
    rule("Azure storage key", &["AccountKey="], r"AccountKey=[A-Za-z0-9+/]{86}==", 4.0),
    rule("Azure shared access signature", &["sig="], r"sig=[A-Za-z0-9%]{43,80}%3[Dd]", 3.5),
    rule("DigitalOcean token", &["dop_v1_", "doo_v1_", "dor_v1_"], r"do[por]_v1_[0-9a-f]{64}", 3.0),
    rule("Alibaba Cloud access key", &["LTAI"], r"LTAI[A-Za-z0-9]{12,26}", 3.2),
    rule("Tencent Cloud secret id", &["AKID"], r"AKID[A-Za-z0-9]{32}", 3.5),
    rule("Yandex Cloud key", &["AQVN"], r"AQVN[A-Za-z0-9_-]{35,38}", 3.5),
    rule("Heroku key", &["HRKU-"], r"HRKU-[A-Za-z0-9_-]{36,70}", 3.0),
    rule("Fly.io token", &["fm2_", "fo1_"], r"f(?:m2|o1)_[A-Za-z0-9_+/=-]{40,400}", 3.5),
    rule("Netlify token", &["nfp_"], r"nfp_[A-Za-z0-9]{36,40}", 3.5),
    rule("Vercel token", &["vcp_", "vck_", "vercel_blob_rw_"], r"(?:vc[pk]|vercel_blob_rw)_[A-Za-z0-9_]{24,80}", 3.5),
    rule("Supabase key", &["sbp_", "sb_secret_"], r"(?:sbp_[0-9a-f]{40}|sb_secret_[A-Za-z0-9_-]{30,60})", 3.0),
    rule("PlanetScale key", &["pscale_"], r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,64}", 3.5),
    rule("Databricks token", &["dapi"], r"dapi[0-9a-f]{32}(?:-[0-9])?", 3.0),
    rule("Pulumi token", &["pul-"], r"pul-[0-9a-f]{40}", 3.0),
    rule("HashiCorp Vault token", &["hvs.", "hvb.", "hvr."], r"hv[sbr]\.[A-Za-z0-9_-]{24,300}", 3.5),
    rule("Doppler token", &["dp."], r"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{40,80}", 3.5),
    rule("Tailscale key", &["tskey-"], r"tskey-[a-z]{3,10}-[A-Za-z0-9]{8,30}(?:-[A-Za-z0-9]{20,50})?", 3.5),
    rule("1Password token", &["ops_eyJ"], r"ops_eyJ[A-Za-z0-9+/_-]{100,500}={0,3}", 4.0),
    // Code and packages.
    rule("GitHub token", &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], r"gh[pousr]_[A-Za-z0-9]{36,255}", 3.5),
    rule("GitHub fine-grained token", &["github_pat_"], r"github_pat_[A-Za-z0-9_]{60,255}", 3.5),
    rule(
        "GitLab token",
        &[
            "glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glimt-", "glsoat-", "gloas-",
            "glagent-", "glffct-", "GR1348941",
        ],
        r"(?:gl(?:pat|dt|rt|cbt|ptt|ft|imt|soat|oas|agent|ffct)-|GR1348941)[A-Za-z0-9_-]{20,300}(?:\.[0-9a-z]{2}[0-9a-z]{7})?",
        3.2,
    ),
    rule("Bitbucket token", &["ATBB"], r"ATBB[A-Za-z0-9_=.-]{20,200}", 3.5),
    rule("Atlassian token", &["ATATT3", "ATCTT3"], r"AT[AC]TT3[A-Za-z0-9_=-]{50,300}", 3.8),
    rule("npm token", &["npm_"], r"npm_[A-Za-z0-9]{36}", 3.5),
    rule("PyPI token", &["pypi-AgE"], r"pypi-AgE[A-Za-z0-9_-]{50,400}", 3.8),
    rule("crates.io token", &["cio"], r"cio[A-Za-z0-9]{32}", 3.8),
    rule("RubyGems key", &["rubygems_"], r"rubygems_[0-9a-f]{48}", 3.0),
    rule("NuGet key", &["oy2"], r"oy2[a-z0-9]{43}", 3.5),
    rule("Docker token", &["dckr_pat_", "dckr_oat_"], r"dckr_[po]at_[A-Za-z0-9_-]{24,80}", 3.5),
    rule("Artifactory key", &["AKCp"], r"AKCp[A-Za-z0-9]{65,75}", 3.8),
    rule("Sourcegraph token", &["sgp_"], r"sgp_(?:[0-9a-f]{16}_|local_)?[0-9a-f]{40}", 3.0),
    rule("CircleCI token", &["CCIPAT_", "CCIPRJ_"], r"CCIP(?:AT|RJ)_[A-Za-z0-9]{22}_[0-9a-f]{40}", 3.5),
    rule("Buildkite token", &["bkua_"], r"bkua_[0-9a-f]{40}", 3.0),
    // Models.
    rule("Anthropic key", &["sk-ant-"], r"sk-ant-[a-z0-9]{2,12}-[A-Za-z0-9_-]{20,200}", 3.8),
    rule("OpenRouter key", &["sk-or-"], r"sk-or-v1-[0-9a-f]{64}", 3.0),
    rule(
        "OpenAI key",
        &["sk-proj-", "sk-svcacct-", "sk-admin-"],
        r"sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,300}",
        3.8,
    ),
    rule("Langfuse key", &["sk-lf-"], r"sk-lf-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", 3.0),
    // OpenAI's older form, which DeepSeek, Moonshot and others took over.
    rule("OpenAI-style key", &["sk-"], r"sk-[A-Za-z0-9]{32,128}", 3.2),
    rule("Hugging Face token", &["hf_", "api_org_"], r"(?:hf|api_org)_[A-Za-z0-9]{34}", 3.5),
    rule("Groq key", &["gsk_"], r"gsk_[A-Za-z0-9]{48,56}", 3.8),
    rule("xAI key", &["xai-"], r"xai-[A-Za-z0-9]{70,90}", 3.8),
    rule("Perplexity key", &["pplx-"], r"pplx-[A-Za-z0-9]{40,56}", 3.8),
    rule("Replicate token", &["r8_"], r"r8_[A-Za-z0-9]{37}", 3.5),
    rule("NVIDIA key", &["nvapi-"], r"nvapi-[A-Za-z0-9_-]{60,70}", 3.8),
    rule("Cerebras key", &["csk-"], r"csk-[a-z0-9]{48}", 3.5),
    rule("Fireworks key", &["fw_"], r"fw_[A-Za-z0-9]{22,24}", 3.8),
    rule("Tavily key", &["tvly-"], r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{32}", 3.5),
    rule("LangSmith key", &["lsv2_"], r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}", 3.0),
    rule("Pinecone key", &["pcsk_"], r"pcsk_[A-Za-z0-9_]{60,80}", 3.8),
    rule("ElevenLabs key", &["sk_"], r"sk_[0-9a-f]{48}", 3.0),
    // Payment and trade.
    rule(
        "Stripe key",
        &["sk_live_", "sk_test_", "rk_live_", "rk_test_", "sk_prod_", "rk_prod_"],
        r"[sr]k_(?:live|test|prod)_[A-Za-z0-9]{16,120}",
        3.2,
    ),
    rule("Stripe webhook secret", &["whsec_"], r"whsec_[A-Za-z0-9+/=]{32,64}", 3.5),
    rule("Square token", &["sq0atp-", "sq0csp-"], r"sq0(?:atp-[A-Za-z0-9_-]{22}|csp-[A-Za-z0-9_-]{43})", 3.2),
    rule("PayPal token", &["access_token$"], r"access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}", 3.2),
    rule("Shopify token", &["shpat_", "shpca_", "shppa_", "shpss_"], r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}", 3.0),
    rule("Plaid token", &["access-sandbox-", "access-production-"], r"access-(?:sandbox|production)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", 3.0),
    // Talk and mail.
    rule("Slack token", &["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe-", "xoxe.xox", "xoxc-", "xoxd-"], r"xox(?:[abceprsd]-|e\.xox[bp]-)[A-Za-z0-9%-]{10,300}", 2.8),
    rule("Slack app token", &["xapp-"], r"xapp-[0-9]-[A-Z0-9]{8,16}-[0-9]{8,16}-[a-z0-9]{40,80}", 3.2),
    rule("Slack webhook", &["hooks.slack.com/"], r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/_-]{30,90}", 3.5),
    rule("Discord webhook", &["discord.com/api/webhooks/", "discordapp.com/api/webhooks/"], r"discord(?:app)?\.com/api/webhooks/[0-9]{15,22}/[A-Za-z0-9_-]{60,80}", 3.5),
    rule("Teams webhook", &["webhook.office.com/"], r"webhook\.office\.com/webhookb2/[A-Za-z0-9@/-]{80,250}", 3.2),
    rule("SendGrid key", &["SG."], r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}", 3.8),
    rule("Mailgun key", &["key-"], r"key-[0-9a-f]{32}", 3.0),
    rule("Brevo key", &["xkeysib-"], r"xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}", 3.2),
    rule("Resend key", &["re_"], r"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,30}", 3.8),
    // Watching and work.
    rule("Grafana token", &["glc_", "glsa_"], r"gl(?:c|sa)_[A-Za-z0-9+/_]{30,400}={0,3}", 3.5),
    rule("New Relic key", &["NRAK-", "NRIQ-", "NRRA-"], r"NR(?:AK|IQ|RA)-[A-Za-z0-9-]{27,42}", 3.2),
    rule("Sentry token", &["sntrys_", "sntryu_"], r"sntry[su]_[A-Za-z0-9+/=_-]{60,400}", 3.5),
    rule("Dynatrace token", &["dt0c01."], r"dt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}", 3.5),
    rule("Linear key", &["lin_api_", "lin_oauth_"], r"lin_(?:api|oauth)_[A-Za-z0-9]{32,64}", 3.5),
    rule("Notion key", &["ntn_", "secret_"], r"(?:ntn_[0-9]{11}[A-Za-z0-9]{32,35}|secret_[A-Za-z0-9]{43})", 3.8),
    rule("Figma token", &["figd_"], r"figd_[A-Za-z0-9_-]{38,60}", 3.5),
    rule("Postman key", &["PMAK-"], r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}", 3.0),
    rule("Airtable token", &["pat"], r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}", 3.5),
    rule("Asana token", &["1/"], r"1/[0-9]{13,17}:[0-9a-f]{32}", 3.0),
    rule("Dropbox token", &["sl."], r"sl\.(?:u\.)?[A-Za-z0-9_=-]{120,400}", 3.8),
    rule("Facebook token", &["EAA"], r"EAA[A-Za-z0-9]{90,300}", 3.8),
    rule("age secret key", &["AGE-SECRET-KEY-1"], r"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}", 3.5),
];

/// Forms without a prefix that could be looked for.
#[rustfmt::skip] // A table: one form in a line.
pub(super) const UNPREFIXED: &[Rule] = &[
    rule("Azure client secret", &[], r"[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}", 3.5),
    rule("Telegram bot token", &[], r"[0-9]{8,10}:AA[A-Za-z0-9_-]{33}", 3.5),
    rule("Discord bot token", &[], r"[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}", 4.2),
    rule("Twilio key", &[], r"(?:SK|AC)[0-9a-f]{32}", 3.0),
    rule("Mailchimp key", &[], r"[0-9a-f]{32}-us[0-9]{1,2}", 3.0),
    rule("Terraform Cloud token", &[], r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}", 3.8),
];
