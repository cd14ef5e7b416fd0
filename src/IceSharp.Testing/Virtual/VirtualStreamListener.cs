using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Accepts virtual streams on an address of a <see cref="VirtualHost"/>. Made by <see cref="VirtualHost.Listen"/>.</summary>
public sealed class VirtualStreamListener : IDisposable
{
    private readonly StreamStack _stack;

    internal VirtualStreamListener(StreamStack stack, TransportAddress localAddress, VirtualCertificate? certificate)
    {
        _stack = stack;
        LocalAddress = localAddress;
        Certificate = certificate;
    }

    /// <summary>Where it listens.</summary>
    public TransportAddress LocalAddress { get; }

    /// <summary>The certificate it shows; null takes plain TCP.</summary>
    public VirtualCertificate? Certificate { get; }

    /// <summary>Told each stream once it is open, TLS included; set the stream's receiver here.</summary>
    public Action<VirtualStream>? Accepted { get; set; }

    /// <summary>Stops accepting; streams that were accepted live on.</summary>
    public void Dispose() => _stack.Remove(this);
}
