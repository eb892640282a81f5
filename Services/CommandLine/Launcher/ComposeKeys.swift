/// How to treat keys of the Compose Specification that a process on this machine cannot simply honor.
///
/// Keys that isolate or decorate a container, or describe its origin, are accepted, because the process is the same
/// without them. Keys that would give the process other files, run other commands, or make it another service are
/// refused, because ignoring them would change what the program does.
enum ComposeKeys {
    /// Accepted keys of a service that only concern its container.
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

    /// Refused keys of a service, with the reason.
    static let refused: [String: String] = [
        "configs": "a process on this machine has no private place for them; pass paths through 'environment'",
        "secrets": "a process on this machine has no /run/secrets; pass their paths through 'environment'",
        "extends": "services in other files are not read; use an anchor and a merge key ('<<: *name')",
        "models": "models are not started for a service; pass their addresses through 'environment'",
        "post_start": "additional commands are not run; start them in 'command'",
        "pre_stop": "additional commands are not run; handle the stop signal in 'command'",
        "provider": "a service from another provider cannot run as a process on this machine",
    ]

    /// Accepted keys of `deploy` that only concern clusters.
    static let deploy: Set<String> = [
        "endpoint_mode", "labels", "mode", "placement", "resources", "restart_policy", "rollback_config",
        "update_config",
    ]

    /// Accepted top-level keys that only concern containers.
    static let topLevel: Set<String> = ["configs", "models", "networks", "secrets", "version", "volumes"]

    /// Refused top-level keys, with the reason.
    static let refusedAtTop = ["include": "other files are not read; copy their services into this one"]
}
