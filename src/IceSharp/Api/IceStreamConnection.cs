using IceSharp.Protocol;

namespace IceSharp;

/// <summary>An open TCP connection of an <see cref="IIceNetwork"/>, with TLS in it or not.</summary>
/// <remarks>Disposing of <see cref="Stream"/> closes the connection.</remarks>
/// <param name="stream">What is sent and received; one read and one write may be under way at a time.</param>
/// <param name="localAddress">The address and port that it was made from.</param>
/// <param name="reset">Makes disposal cut the connection off instead of ending it in order; null where there is no such thing.</param>
public sealed class IceStreamConnection(Stream stream, TransportAddress localAddress, Action? reset = null)
{
    /// <summary>The bytes.</summary>
    public Stream Stream => stream;

    /// <summary>The address and port that the connection was made from.</summary>
    public TransportAddress LocalAddress => localAddress;

    /// <summary>Makes disposal cut the connection off: its other side is dead or out of step.</summary>
    public void Abandon() => reset?.Invoke();
}
