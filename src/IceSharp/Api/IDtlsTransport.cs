namespace IceSharp;

/// <summary>A DTLS association with one server, made by an <see cref="IDtlsTransportFactory"/>.</summary>
/// <remarks>One send and one receive may be under way at a time. Disposing of it sends close_notify and ends a pending receive with an exception.</remarks>
public interface IDtlsTransport : IAsyncDisposable
{
    /// <summary>Sends one record of application data. It may get lost.</summary>
    /// <param name="datagram">The message; not kept.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The association has ended.</exception>
    ValueTask SendAsync(ReadOnlyMemory<byte> datagram, CancellationToken cancellationToken);

    /// <summary>Receives one record of application data.</summary>
    /// <param name="buffer">Where it goes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its length; 0 when the server has ended the association.</returns>
    /// <exception cref="IOException">The association has ended.</exception>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);
}
