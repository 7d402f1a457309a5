# Converts pages (a JSON list on standard input) with Jekyll's own Liquid and kramdown, each page on its own.
require "jekyll"
require "json"
require "timeout"
require "tmpdir"

Jekyll.logger.log_level = :error

Dir.mktmpdir do |folder|
  site = Jekyll::Site.new(
    Jekyll.configuration("source" => folder, "quiet" => true, "disable_disk_cache" => true)
  )
  markdown = site.find_converter_instance(Jekyll::Converters::Markdown)
  pages = JSON.parse($stdin.read)
  html = pages.map do |page|
    Timeout.timeout(20) do
      liquid = Liquid::Template.parse(page)
      markdown.convert(liquid.render!({ "site" => site.site_payload }, :registers => { :site => site, :page => {} }))
    end
  rescue StandardError, SystemStackError => error
    "ERROR: #{error.message}"
  end
  puts JSON.generate(html)
end
