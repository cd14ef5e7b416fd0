namespace IceSharp.Testing;

/// <summary>What a server does wrong with the integrity attribute of its responses.</summary>
public enum IntegrityFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Leaves it out.</summary>
    Omitted,

    /// <summary>Sends a wrong value.</summary>
    Corrupted,
}
