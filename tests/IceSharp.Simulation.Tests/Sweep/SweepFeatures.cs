namespace IceSharp.Simulation.Tests.Sweep;

/// <summary>What the generator may use. What the agent cannot do yet is masked in <see cref="SweepCase.Masked"/> and opened by the change that builds it.</summary>
[Flags]
public enum SweepFeatures
{
    None = 0,

    /// <summary>Nothing is lost, delays are constant: the oracle is exact.</summary>
    Lossless = 1,

    /// <summary>Links lose and reorder.</summary>
    Loss = 2,

    /// <summary>The controlled side notices when the controlling one has given up (RFC 7675).</summary>
    Consent = 4,

    /// <summary>ICE restarts in the middle of a run (RFC 8445 §9).</summary>
    Restart = 8,

    /// <summary>ICE-TCP candidates and TURN over TCP.</summary>
    Tcp = 16,
}
