namespace IceSharp.Protocol.Stun;

/// <summary>One entry of PASSWORD-ALGORITHMS, or the one of PASSWORD-ALGORITHM.</summary>
/// <remarks>The parameters point into the received bytes and are valid as long as they are.</remarks>
public readonly ref struct StunPasswordAlgorithmEntry
{
    internal StunPasswordAlgorithmEntry(StunPasswordAlgorithm algorithm, ReadOnlySpan<byte> parameters)
    {
        Algorithm = algorithm;
        Parameters = parameters;
    }

    /// <summary>The algorithm's number.</summary>
    public StunPasswordAlgorithm Algorithm { get; }

    /// <summary>The algorithm's parameters, padding left out; empty for MD5 and SHA-256.</summary>
    public ReadOnlySpan<byte> Parameters { get; }

    /// <summary>Whether this is an algorithm known here, with the parameters that it has.</summary>
    public bool IsSupported => Algorithm is StunPasswordAlgorithm.Md5 or StunPasswordAlgorithm.Sha256 && Parameters.IsEmpty;
}
