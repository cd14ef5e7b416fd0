using System.Net;
using System.Net.Sockets;
using System.Text;

namespace IceSharp.TestServers;

/// <summary>An HTTP proxy on loopback that knows CONNECT only.</summary>
internal sealed class HttpProxyServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string, string?> _answer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <param name="answer">The status line for a request header, "HTTP/1.1 200 OK"; null breaks the connection off.</param>
    public HttpProxyServer(Func<string, string?> answer)
    {
        _answer = answer;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _running = RunAsync();
    }

    public int Port { get; }

    /// <summary>Headers of the requests so far.</summary>
    public List<string> Requests { get; } = [];

    public static string? AcceptAll(string header) => "HTTP/1.1 200 Connection established";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        List<Task> serving = [];
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }

        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient near = client;
        try
        {
            NetworkStream stream = near.GetStream();
            string header = await ReadHeaderAsync(stream);
            lock (Requests)
            {
                Requests.Add(header);
            }

            if (_answer(header) is not { } status)
            {
                return;
            }

            await stream.WriteAsync(Encoding.ASCII.GetBytes($"{status}\r\nVia: test\r\n\r\n"), _stop.Token);
            if (!status.Contains(" 200 ", StringComparison.Ordinal))
            {
                return;
            }

            using TcpClient far = new();
            await far.ConnectAsync(IPEndPoint.Parse(header.Split(' ')[1]), _stop.Token);
            NetworkStream server = far.GetStream();
            await Task.WhenAny(stream.CopyToAsync(server, _stop.Token), server.CopyToAsync(stream, _stop.Token));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }

    private async Task<string> ReadHeaderAsync(NetworkStream stream)
    {
        StringBuilder header = new();
        byte[] one = new byte[1];
        while (!header.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, _stop.Token) == 1)
        {
            header.Append((char)one[0]);
        }

        return header.ToString();
    }
}
