using System.Net;
using System.Text;

namespace IceSharp.Internal.Network.Streams;

/// <summary>Asks an HTTP proxy for a tunnel (RFC 9110 §9.3.6).</summary>
internal static class HttpConnect
{
    private const int MaxHeaderBytes = 16 * 1024;

    /// <summary>Asks; when it returns, the stream leads to the server.</summary>
    /// <exception cref="StunException">The proxy refused, or does not speak HTTP.</exception>
    public static async Task RequestAsync(Stream stream, IPEndPoint server, IceHttpProxy proxy, CancellationToken cancellationToken)
    {
        StringBuilder request = new();
        request.Append("CONNECT ").Append(server).Append(" HTTP/1.1\r\nHost: ").Append(server).Append("\r\n");
        if (proxy.Username is { } user)
        {
            string credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{proxy.Password}"));
            request.Append("Proxy-Authorization: Basic ").Append(credentials).Append("\r\n");
        }

        string header;
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request.Append("\r\n").ToString()), cancellationToken).ConfigureAwait(false);
            header = await ReadHeaderAsync(stream, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e) when (e is not IceException)
        {
            throw new StunException(IceError.ProxyRefused, $"The proxy {proxy} broke the connection off.", innerException: e);
        }

        if (ReadStatus(header) is not { } status)
        {
            throw new StunException(IceError.ProxyRefused, $"The proxy {proxy} does not answer in HTTP.");
        }

        if (status is < 200 or > 299)
        {
            string hint = status == 407 ? proxy.Username is null ? ": it demands credentials" : ": it refuses user or password" : string.Empty;
            throw new StunException(IceError.ProxyRefused, $"The proxy {proxy} refused with HTTP status {status}{hint}.") { ErrorCode = status };
        }
    }

    // Byte by byte: what follows the header belongs to the server.
    private static async Task<string> ReadHeaderAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] header = new byte[MaxHeaderBytes];
        for (int length = 0; length < MaxHeaderBytes;)
        {
            if (await stream.ReadAsync(header.AsMemory(length, 1), cancellationToken).ConfigureAwait(false) == 0)
            {
                throw new EndOfStreamException();
            }

            length++;
            if (header.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
            {
                return Encoding.Latin1.GetString(header, 0, length);
            }
        }

        return string.Empty;
    }

    // "HTTP/1.1 200 Connection established"
    private static int? ReadStatus(string header)
    {
        string[] words = header.Split(["\r\n"], 2, StringSplitOptions.None)[0].Split(' ', 3);
        return words.Length >= 2 && words[0].StartsWith("HTTP/1.", StringComparison.Ordinal) && int.TryParse(words[1], out int status) ? status : null;
    }
}
