using System.Globalization;
using System.Net;
using System.Net.Sockets;
using IceSharp.Internal.Driver;
using IceSharp.Internal.Network.Dns;
using IceSharp.Protocol;
using IceSharp.Protocol.Dns;

namespace IceSharp;

/// <summary>Looks names up as the system does: addresses by the system itself, SRV and NAPTR, for which it has no call, by asking its name servers over UDP and TCP.</summary>
/// <remarks>Thread safe. Keeps no answers: each lookup asks. Names are taken as complete, no search list is applied to SRV and NAPTR.</remarks>
/// <example><code>
/// INameResolver resolver = new SystemNameResolver();
/// IReadOnlyList&lt;SrvRecord&gt; servers = await resolver.LookUpServicesAsync("_stun._udp.example.org", cancellationToken);
/// </code></example>
public sealed class SystemNameResolver : INameResolver
{
    private readonly SystemNameResolverOptions _options;
    private readonly IReadOnlyList<IPEndPoint> _nameServers;

    /// <summary>Creates a resolver.</summary>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option lies outside its range, or a name server has no address or port.</exception>
    public SystemNameResolver(SystemNameResolverOptions? options = null)
    {
        _options = options ?? new SystemNameResolverOptions();
        ArgumentNullException.ThrowIfNull(_options.NameServers, nameof(options));
        ArgumentNullException.ThrowIfNull(_options.Queries, nameof(options));
        ArgumentNullException.ThrowIfNull(_options.TimeProvider, nameof(options));
        if (_options.AddressTimeout <= TimeSpan.Zero || _options.AddressTimeout > TimeSpan.FromMinutes(2))
        {
            throw new ArgumentOutOfRangeException(nameof(options), _options.AddressTimeout, $"{nameof(_options.AddressTimeout)} is more than zero and at most 2 min.");
        }

        // The machine checks its settings and servers; better here than at the first lookup.
        _ = new DnsQueryMachine(new DnsQuestion("example", DnsRecordType.Srv), _options.NameServers, _options.Queries, new CryptoRandomSource());
        _nameServers = [.. _options.NameServers.Select(NameServerList.ToEndPoint)];
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException"><paramref name="hostName"/> is empty or longer than any host name.</exception>
    public async ValueTask<IReadOnlyList<IpAddress>> LookUpAddressesAsync(string hostName, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(hostName);
        try
        {
            return await AddressLookup.RunAsync(hostName, cancellationToken)
                .WaitAsync(_options.AddressTimeout, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new SocketException((int)SocketError.TimedOut, $"The system gave no addresses of '{hostName}' within {_options.AddressTimeout.TotalSeconds} s.");
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            return [];
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no domain name.</exception>
    public async ValueTask<IReadOnlyList<SrvRecord>> LookUpServicesAsync(string name, CancellationToken cancellationToken) =>
        (await AskAsync(name, DnsRecordType.Srv, cancellationToken).ConfigureAwait(false)).Services;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no domain name.</exception>
    public async ValueTask<IReadOnlyList<NaptrRecord>> LookUpRulesAsync(string name, CancellationToken cancellationToken) =>
        (await AskAsync(name, DnsRecordType.Naptr, cancellationToken).ConfigureAwait(false)).Rules;

    private async Task<DnsAnswer> AskAsync(string name, DnsRecordType type, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        var question = new DnsQuestion(ToAscii(name), type);
        IReadOnlyList<IPEndPoint> servers = _nameServers.Count > 0 ? _nameServers : await Task.Run(NameServerList.Read, cancellationToken).ConfigureAwait(false);
        var machine = new DnsQueryMachine(question, [.. servers.Select(NameServerList.ToTransportAddress)], _options.Queries, new CryptoRandomSource());
        await using var exchange = new DnsExchange(machine, servers, _options.TimeProvider);
        await exchange.RunAsync(cancellationToken).ConfigureAwait(false);
        return machine.State == DnsQueryState.Answered ? machine.Answer : throw Failed(machine);
    }

    // ASCII is left as it is: the mapping would refuse what DNS allows.
    private static string ToAscii(string name) => System.Text.Ascii.IsValid(name) ? name : new IdnMapping().GetAscii(name);

    private static SocketException Failed(DnsQueryMachine machine) => machine.Failure switch
    {
        DnsQueryFailure.NoServer => new SocketException((int)SocketError.NoRecovery, $"There is no name server to ask for {machine.Question}."),
        DnsQueryFailure.Timeout => new SocketException((int)SocketError.TimedOut, $"No name server answered in time for {machine.Question}."),
        DnsQueryFailure.Unreachable => new SocketException((int)SocketError.HostUnreachable, $"No name server could be reached for {machine.Question}."),
        _ => new SocketException((int)SocketError.TryAgain, $"The name servers failed or refused to answer for {machine.Question}."),
    };
}
