namespace IceSharp.Protocol.Nat;

/// <summary>How far a <see cref="NatProbeMachine"/> has come.</summary>
public enum NatProbeState
{
    /// <summary>Not started.</summary>
    Idle,

    /// <summary>Testing.</summary>
    Running,

    /// <summary>The report is there. The host closes everything that it opened for the machine.</summary>
    Done,
}
