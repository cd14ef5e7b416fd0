namespace IceSharp.Protocol.Nat;

/// <summary>A yes or no that was observed, or why there is none.</summary>
public enum NatObservation
{
    /// <summary>The test was not asked for.</summary>
    NotTested,

    /// <summary>It could not be tested here: the server does not support it, or there is nothing to test.</summary>
    NotTestable,

    /// <summary>A test ended in an error.</summary>
    Undetermined,

    /// <summary>Observed.</summary>
    Yes,

    /// <summary>Observed not to be so.</summary>
    No,
}
