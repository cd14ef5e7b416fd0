using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using IceSharp.Protocol;
using IceSharp.Protocol.Dns;

namespace IceSharp.Internal.Network.Dns;

/// <summary>Runs one <see cref="DnsQueryMachine"/> over sockets of its own.</summary>
internal sealed class DnsExchange(DnsQueryMachine machine, IReadOnlyList<IPEndPoint> servers, TimeProvider time) : IAsyncDisposable
{
    // Servers that do not know EDNS, or do not care, may send more than was invited.
    private const int ReceiveBytes = 4096;

    private readonly MachineInputs _inputs = new(time);
    private readonly Dictionary<SocketHandle, Socket> _sockets = [];
    private readonly List<Task> _work = [];
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Runs until the machine has its answer or has failed.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        machine.Start(_inputs.Now);
        Drain();
        while (machine.State == DnsQueryState.Asking)
        {
            if (!await _inputs.TakeAsync(machine.NextTimeout.At, cancellationToken).ConfigureAwait(false))
            {
                machine.HandleTimeout(_inputs.Now);
            }

            Drain();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        foreach (Socket socket in _sockets.Values)
        {
            socket.Dispose();
        }

        await Task.WhenAll(_work).ConfigureAwait(false);
        _closing.Dispose();
    }

    private void Drain()
    {
        Span<byte> buffer = stackalloc byte[DnsMessage.MaxQueryBytes];
        bool opened;
        do
        {
            while (machine.TryGetTransmit(_inputs.Now, buffer, out Transmit transmit))
            {
                Send(transmit.Socket, buffer[..transmit.Length]);
            }

            opened = false;
            while (machine.TryGetHostRequest(out DnsHostRequest? request))
            {
                opened = true;
                Begin(request);
            }
        }
        while (opened);
    }

    private void Begin(DnsHostRequest request)
    {
        switch (request)
        {
            case OpenDnsSocketRequest open:
                machine.HandleHostAnswer(_inputs.Now, TryOpen(open) ? new DnsSocketOpened(open.Id) : new DnsRequestFailed(open.Id));
                break;
            case ExchangeDnsStreamRequest exchange:
                _work.Add(ExchangeAsync(exchange));
                break;
        }
    }

    // A socket of its own for each server: the system draws its port, and drops what does not come from the server.
    private bool TryOpen(OpenDnsSocketRequest request)
    {
        Socket? socket = null;
        try
        {
            IPEndPoint server = EndPointOf(request.Server);
            socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(server);
        }
        catch (SocketException)
        {
            socket?.Dispose();
            return false;
        }

        _sockets.Add(request.Socket, socket);
        _work.Add(ReceiveAsync(socket, new TransportPath(request.Socket, request.Server)));
        return true;
    }

    private void Send(SocketHandle handle, ReadOnlySpan<byte> query)
    {
        try
        {
            _sockets[handle].Send(query);
        }
        catch (SocketException)
        {
            machine.HandleUnreachable(_inputs.Now, handle);
        }
    }

    private async Task ReceiveAsync(Socket socket, TransportPath path)
    {
        byte[] buffer = new byte[ReceiveBytes];
        try
        {
            while (true)
            {
                int count = await socket.ReceiveAsync(buffer, SocketFlags.None, _closing.Token).ConfigureAwait(false);
                byte[] datagram = buffer[..count];
                await _inputs.PostAsync(now => machine.HandleDatagram(now, path, datagram), _closing.Token).ConfigureAwait(false);
            }
        }
        catch (SocketException) when (!_closing.IsCancellationRequested)
        {
            await PostLastAsync(now => machine.HandleUnreachable(now, path.Socket)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
        }
    }

    private async Task ExchangeAsync(ExchangeDnsStreamRequest request)
    {
        DnsHostAnswer answer = new DnsRequestFailed(request.Id);
        try
        {
            answer = new DnsStreamAnswered(request.Id, await ExchangeAsync(EndPointOf(request.Server), request.Query, _closing.Token).ConfigureAwait(false));
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
        }

        await PostLastAsync(now => machine.HandleHostAnswer(now, answer)).ConfigureAwait(false);
    }

    private static async Task<byte[]> ExchangeAsync(IPEndPoint server, ReadOnlyMemory<byte> query, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
        await using var stream = new NetworkStream(socket);

        // RFC 7766 §8: length and message in one write, so that no server sees them apart.
        byte[] framed = new byte[sizeof(ushort) + query.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)query.Length);
        query.CopyTo(framed.AsMemory(sizeof(ushort)));
        await stream.WriteAsync(framed, cancellationToken).ConfigureAwait(false);

        byte[] length = new byte[sizeof(ushort)];
        await stream.ReadExactlyAsync(length, cancellationToken).ConfigureAwait(false);
        byte[] response = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(response, cancellationToken).ConfigureAwait(false);
        return response;
    }

    private async Task PostLastAsync(Action<MonotonicTime> input)
    {
        try
        {
            await _inputs.PostAsync(input, _closing.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private IPEndPoint EndPointOf(TransportAddress server) => servers.First(s => NameServerList.ToTransportAddress(s) == server);
}
