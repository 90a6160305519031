# The members of Ray clusters that stack night has on desk, by  ./berth nixos night desk
# Before the first start: the cluster's token, the same on every machine, in /etc/berth/night-<cluster>.token, of root, mode 0600.
{ lib, pkgs, utils, ... }:
{
  # Ray's own programs are linked for other systems.
  programs.nix-ld.enable = true;

  networking.firewall.allowedTCPPortRanges = [
    { from = 20000; to = 20063; }
    { from = 20064; to = 20127; }
  ];

  systemd.services."berth-night-mind-head" = {
    description = "head of Ray cluster mind";
    wantedBy = [ "multi-user.target" ];
    wants = [ "network-online.target" ];
    after = [ "network-online.target" ];
    environment = {
      HOME = "/var/lib/berth-night-mind-head";
      LD_LIBRARY_PATH = lib.makeLibraryPath [ pkgs.stdenv.cc.cc.lib pkgs.zlib ];
      RAY_AUTH_MODE = "token";
      RAY_AUTH_TOKEN_PATH = "%d/token";
      RAY_USAGE_STATS_ENABLED = "0";
      RAY_memory_usage_threshold = "0.8";
      GRPC_ENABLE_FORK_SUPPORT = "0";
      RAY_CLIENT_SERVER_CHECK_CHANNEL_TIMEOUT_S = "120";
    };
    # Ray lets nobody join whose Python differs, be it in the last number: the same nixpkgs on every machine.
    preStart = ''
      venv=/var/lib/berth-night-mind-head/venv-07af465bd4d6603f
      if [ ! -e "$venv/complete" ]; then
        rm -rf /var/lib/berth-night-mind-head/venv-*
        ${pkgs.uv}/bin/uv venv --python ${pkgs.python311}/bin/python3 "$venv"
        ${pkgs.uv}/bin/uv pip install --python "$venv/bin/python" 'ray[default]==2.60.0' 'numpy==2.2.6'
        touch "$venv/complete"
      fi
    '';
    serviceConfig = {
      ExecStart = utils.escapeSystemdExecArgs [
        "/var/lib/berth-night-mind-head/venv-07af465bd4d6603f/bin/python"
        "/var/lib/berth-night-mind-head/venv-07af465bd4d6603f/bin/ray"
        "start"
        "--block"
        "--disable-usage-stats"
        "--head"
        "--port=20000"
        "--ray-client-server-port=20001"
        "--include-dashboard=true"
        "--dashboard-host=127.0.0.1"
        "--dashboard-port=20002"
        "--node-ip-address=192.0.2.1"
        "--temp-dir=/run/berth-9b3e4a26a7/ray"
        "--num-cpus=4"
        "--num-gpus=1"
        "--memory=4000000000"
        "--object-store-memory=2000000000"
        "--node-manager-port=20003"
        "--object-manager-port=20004"
        "--metrics-export-port=20005"
        "--dashboard-agent-listen-port=20006"
        "--dashboard-agent-grpc-port=20007"
        "--runtime-env-agent-port=20008"
        "--min-worker-port=20010"
        "--max-worker-port=20063"
      ];
      DynamicUser = true;
      StateDirectory = "berth-night-mind-head";
      StateDirectoryMode = "0700";
      RuntimeDirectory = "berth-9b3e4a26a7";
      RuntimeDirectoryMode = "0700";
      LoadCredential = "token:/etc/berth/night-mind.token";
      MemoryMax = 6800000000;
      MemorySwapMax = 0;
      Restart = "on-failure";
      RestartSec = 5;
      TimeoutStartSec = "15min";
      TimeoutStopSec = 30;
    };
  };

  systemd.services."berth-night-arena-cpu-0" = {
    description = "worker of Ray cluster arena";
    wantedBy = [ "multi-user.target" ];
    wants = [ "network-online.target" ];
    after = [ "network-online.target" ];
    environment = {
      HOME = "/var/lib/berth-night-arena-cpu-0";
      LD_LIBRARY_PATH = lib.makeLibraryPath [ pkgs.stdenv.cc.cc.lib pkgs.zlib ];
      RAY_AUTH_MODE = "token";
      RAY_AUTH_TOKEN_PATH = "%d/token";
      RAY_USAGE_STATS_ENABLED = "0";
      RAY_memory_usage_threshold = "0.8";
      RAY_health_check_initial_delay_ms = "1000";
      RAY_health_check_period_ms = "500";
      RAY_health_check_timeout_ms = "500";
      RAY_health_check_failure_threshold = "3";
    };
    # Ray lets nobody join whose Python differs, be it in the last number: the same nixpkgs on every machine.
    preStart = ''
      venv=/var/lib/berth-night-arena-cpu-0/venv-414c54a0f0f79c20
      if [ ! -e "$venv/complete" ]; then
        rm -rf /var/lib/berth-night-arena-cpu-0/venv-*
        ${pkgs.uv}/bin/uv venv --python ${pkgs.python3}/bin/python3 "$venv"
        ${pkgs.uv}/bin/uv pip install --python "$venv/bin/python" '--no-index' '--find-links' '/srv/it'\'''s ''${wheels}' 'ray[default]==2.60.0' 'numpy==2.2.6'
        touch "$venv/complete"
      fi
    '';
    serviceConfig = {
      ExecStart = utils.escapeSystemdExecArgs [
        "/var/lib/berth-night-arena-cpu-0/venv-414c54a0f0f79c20/bin/python"
        "/var/lib/berth-night-arena-cpu-0/venv-414c54a0f0f79c20/bin/ray"
        "start"
        "--block"
        "--disable-usage-stats"
        "--address=192.0.2.9:20640"
        "--node-ip-address=192.0.2.1\"\${x}"
        "--temp-dir=/run/berth-d8f07c7aa1/ray"
        "--num-cpus=4"
        "--num-gpus=1"
        "--memory=4000000000"
        "--object-store-memory=2000000000"
        "--node-manager-port=20067"
        "--object-manager-port=20068"
        "--metrics-export-port=20069"
        "--dashboard-agent-listen-port=20070"
        "--dashboard-agent-grpc-port=20071"
        "--runtime-env-agent-port=20072"
        "--min-worker-port=20074"
        "--max-worker-port=20127"
      ];
      DynamicUser = true;
      StateDirectory = "berth-night-arena-cpu-0";
      StateDirectoryMode = "0700";
      RuntimeDirectory = "berth-d8f07c7aa1";
      RuntimeDirectoryMode = "0700";
      LoadCredential = "token:/etc/berth/night-arena.token";
      MemoryMax = 6450000000;
      MemorySwapMax = 0;
      Restart = "on-failure";
      RestartSec = 5;
      TimeoutStartSec = "15min";
      TimeoutStopSec = 30;
    };
  };
}
