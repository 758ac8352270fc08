"""Which of Asterisk's modules a lab loads: those a call needs, none that listens or writes elsewhere."""

from __future__ import annotations

PJSIP = """
    res_pjproject res_sorcery_config res_sorcery_memory res_sorcery_astdb res_pjsip
    res_pjsip_session res_pjsip_pubsub res_pjsip_outbound_publish res_pjsip_authenticator_digest
    res_pjsip_outbound_authenticator_digest res_pjsip_endpoint_identifier_user
    res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_anonymous res_pjsip_registrar
    res_pjsip_caller_id res_pjsip_diversion res_pjsip_dtmf_info res_pjsip_sdp_rtp res_pjsip_nat
    res_pjsip_rfc3326 res_pjsip_refer res_pjsip_header_funcs res_pjsip_exten_state res_pjsip_mwi
    res_pjsip_mwi_body_generator res_pjsip_dialog_info_body_generator res_pjsip_pidf_body_generator
    res_pjsip_xpidf_body_generator res_pjsip_pidf_digium_body_supplement
    res_pjsip_pidf_eyebeam_body_supplement res_pjsip_notify res_pjsip_messaging res_pjsip_logger
    res_pjsip_dlg_options res_pjsip_empty_info res_pjsip_acl res_pjsip_path chan_pjsip
    res_rtp_asterisk res_crypto func_pjsip_endpoint func_pjsip_aor func_pjsip_contact
"""

ARI = """
    res_http_websocket res_websocket_client res_stasis res_stasis_answer res_stasis_playback
    res_stasis_recording res_stasis_snoop res_stasis_device_state res_ari_model res_ari
    res_ari_applications res_ari_asterisk res_ari_bridges res_ari_channels res_ari_device_states
    res_ari_endpoints res_ari_events res_ari_playbacks res_ari_recordings res_ari_sounds app_stasis
"""

DIALPLAN = """
    pbx_config pbx_spool app_dial app_playback app_read app_record app_verbose app_voicemail
    app_minivm app_stack app_system app_echo app_milliwatt app_senddtmf app_transfer app_exec app_db
    app_while app_sayunixtime app_controlplayback app_directed_pickup app_userevent
    app_waitforsilence app_bridgewait app_originate app_softhangup app_chanspy app_mixmonitor
    app_playtones app_cdr app_if func_callerid func_channel func_cut func_db func_devstate
    func_dialplan func_env func_extstate func_global func_groupcount func_hangupcause func_logic
    func_math func_module func_presencestate func_rand func_shell func_sprintf func_strings
    func_talkdetect func_timeout func_uri func_uuid func_vmcount func_volume func_md5 func_json
    func_base64 func_cdr func_config func_jitterbuffer func_periodic_hook func_version func_lock
    res_agi res_musiconhold res_mwi_devstate res_manager_devicestate res_manager_presencestate
    res_clioriginate res_clialiases res_timing_timerfd res_speech
    res_parking
"""

MEDIA = """
    bridge_builtin_features bridge_builtin_interval_features bridge_holding bridge_native_rtp
    bridge_simple bridge_softmix chan_bridge_media codec_a_mu codec_alaw codec_ulaw codec_g722
    codec_gsm codec_resample codec_adpcm format_gsm format_pcm format_sln format_wav format_wav_gsm
"""


def wanted() -> list[str]:
    """The names of the modules to load, in the order given here, without their ending."""
    return f"{DIALPLAN} {MEDIA} {PJSIP} {ARI}".split()
