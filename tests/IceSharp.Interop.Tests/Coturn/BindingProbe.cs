using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace IceSharp.Interop.Tests.Coturn;

/// <summary>A Binding transaction by hand (RFC 8489 §6): what the tests stand on must not be the code under test.</summary>
internal static class BindingProbe
{
    private const uint MagicCookie = 0x2112A442;

    private static readonly TimeSpan FirstTimeout = TimeSpan.FromMilliseconds(50), LongestTimeout = TimeSpan.FromMilliseconds(800);

    /// <summary>Asks, repeating with doubled waits, and returns the address the server saw.</summary>
    /// <exception cref="TimeoutException">No answer within the deadline.</exception>
    public static async Task<IPEndPoint> AskAsync(Socket socket, IPEndPoint server, TimeSpan deadline)
    {
        byte[] request = new byte[20], buffer = new byte[1500];
        BinaryPrimitives.WriteUInt16BigEndian(request, 0x0001);
        BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(4), MagicCookie);
        RandomNumberGenerator.Fill(request.AsSpan(8));
        using CancellationTokenSource end = new(deadline);
        for (TimeSpan wait = FirstTimeout; !end.IsCancellationRequested; wait = wait < LongestTimeout ? wait * 2 : wait)
        {
            using CancellationTokenSource retransmit = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
            retransmit.CancelAfter(wait);
            try
            {
                await socket.SendToAsync(request, server, retransmit.Token);
                SocketReceiveFromResult got = await socket.ReceiveFromAsync(buffer, server, retransmit.Token);
                if (TryReadMappedAddress(buffer.AsSpan(0, got.ReceivedBytes), request, out IPEndPoint? mapped))
                {
                    return mapped!;
                }
            }
            catch (OperationCanceledException)
            {
                // Time for the next request.
            }
            catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
            {
                // Nobody listens there yet. The next request waits for its turn all the same.
                await Task.WhenAny(Task.Delay(wait, end.Token));
            }
        }

        throw new TimeoutException($"{server} did not answer a Binding request within {deadline}.");
    }

    private static bool TryReadMappedAddress(ReadOnlySpan<byte> response, ReadOnlySpan<byte> request, out IPEndPoint? mapped)
    {
        mapped = null;
        if (response.Length < 20 || BinaryPrimitives.ReadUInt16BigEndian(response) != 0x0101 || !response[4..20].SequenceEqual(request[4..20]))
        {
            return false;
        }

        for (ReadOnlySpan<byte> rest = response[20..]; rest.Length >= 4;)
        {
            int type = BinaryPrimitives.ReadUInt16BigEndian(rest), length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            if (type == 0x0020 && length is 8 or 20 && rest.Length >= 4 + length && rest[5] == length / 12 + 1)
            {
                // Masked with the cookie and, for IPv6, the transaction ID, which follows it in the header.
                ushort port = (ushort)(BinaryPrimitives.ReadUInt16BigEndian(rest[6..]) ^ (MagicCookie >> 16));
                byte[] address = rest.Slice(8, length - 4).ToArray();
                for (int i = 0; i < address.Length; i++)
                {
                    address[i] ^= request[4 + i];
                }

                mapped = new IPEndPoint(new IPAddress(address), port);
                return true;
            }

            rest = rest[Math.Min(rest.Length, 4 + ((length + 3) & ~3))..];
        }

        return false;
    }
}
