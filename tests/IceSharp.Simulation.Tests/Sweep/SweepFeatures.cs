namespace IceSharp.Simulation.Tests.Sweep;

/// <summary>What the generator may use. What is masked in <see cref="SweepCase.Masked"/> is listed in docs/simulation-sweep.md with the reason.</summary>
[Flags]
public enum SweepFeatures
{
    None = 0,

    /// <summary>Nothing is lost, delays are constant: the oracle is exact.</summary>
    Lossless = 1,

    /// <summary>Links lose and reorder.</summary>
    Loss = 2,

    /// <summary>A peer goes away in the middle of a call, and the other one stops sending in time (RFC 7675).</summary>
    Consent = 4,

    /// <summary>ICE restarts in the middle of a run (RFC 8445 §9).</summary>
    Restart = 8,

    /// <summary>ICE-TCP candidates, and TURN over TCP and TLS.</summary>
    Tcp = 16,

    /// <summary>Losses in bursts, duplicates, narrow links, small MTUs.</summary>
    LinkTroubles = 32,

    /// <summary>Firewalls that block UDP or let answers in alone.</summary>
    Firewalls = 64,

    /// <summary>NATs that reboot in the middle of a run.</summary>
    NatReboot = 128,

    /// <summary>NATs with pools of addresses, blocks of ports, overloading, NAT64.</summary>
    CarrierNats = 256,

    /// <summary>Several STUN and TURN servers a peer.</summary>
    SeveralServers = 512,

    /// <summary>Several interfaces a host.</summary>
    SeveralInterfaces = 2048,

    /// <summary>Several data streams and components.</summary>
    SeveralStreams = 1024,
}
