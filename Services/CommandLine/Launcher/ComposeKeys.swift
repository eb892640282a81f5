/// What becomes of the keys of the Compose Specification that a process on this machine cannot simply honor.
///
/// The rule: what shuts a container in, dresses it up or says where it comes from is accepted, because the process is the
/// same without it. What would have the process find other files, run other commands, or be another service is refused,
/// because leaving it out would change what the program does.
enum ComposeKeys {
    /// Keys of a service that only concern its container; accepted.
    static let container: Set<String> = [
        "annotations", "attach", "blkio_config", "build", "cap_add", "cap_drop", "cgroup", "cgroup_parent",
        "container_name", "cpu_count", "cpu_percent", "cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime",
        "cpu_shares", "cpus", "cpuset", "credential_spec", "develop", "device_cgroup_rules", "devices", "dns",
        "dns_opt",
        "dns_search", "domainname", "driver_opts", "expose", "external_links", "extra_hosts", "gpus", "group_add",
        "hostname", "image", "init", "ipc", "isolation", "label_file", "mac_address", "mem_limit",
        "mem_reservation", "mem_swappiness", "memswap_limit", "network_mode", "networks", "oom_kill_disable",
        "oom_score_adj", "pid", "pids_limit", "platform", "ports", "privileged", "pull_policy", "pull_refresh_after",
        "read_only", "runtime", "security_opt", "shm_size", "stdin_open", "storage_opt", "sysctls", "tmpfs", "tty",
        "ulimits", "use_api_socket", "user", "userns_mode", "uts", "volumes", "volumes_from",
    ]

    /// Keys of a service that are refused, and why.
    static let refused: [String: String] = [
        "configs": "a process of this machine has no /run of its own for them; give paths by 'environment'",
        "secrets": "a process of this machine has no /run/secrets; give their paths by 'environment'",
        "extends": "services of other files are not read; use an anchor and a merge key ('<<: *name')",
        "models": "no models are started for a service; give their addresses by 'environment'",
        "post_start": "commands beside a process are not run; start them in its 'command'",
        "pre_stop": "commands beside a process are not run; let its 'command' handle the stop signal",
        "provider": "a service that another program provides cannot be a process of this machine",
    ]

    /// Keys of `deploy` that are left to a cluster; accepted.
    static let deploy: Set<String> = [
        "endpoint_mode", "labels", "mode", "placement", "resources", "restart_policy", "rollback_config",
        "update_config",
    ]

    /// Keys at the top of a file that only concern containers; accepted.
    static let topLevel: Set<String> = ["configs", "models", "networks", "secrets", "version", "volumes"]

    /// Keys at the top of a file that are refused, and why.
    static let refusedAtTop = ["include": "other files are not read; write their services into this one"]
}
